import { roiPlaces } from '#protocol/frame-layout.ts';
import { PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import { assertRoiInFrame, type Roi } from '#protocol/roi.ts';
import { assertZLutFits } from '#protocol/z-lut.ts';
import { planMethod, stageNamed } from '#stages/plan.ts';
import { assertHasModel } from '#stages/plan-needs.ts';
import type { EngineSetup } from '../engine.ts';
import type { Kept } from '../gpu/compose.ts';
import type { LastPlaces } from '../last-places.ts';
import { profileLength, writeProgram } from './programs.ts';
import { KERNEL_WORDS as WORDS } from './words.ts';
import { createWriter } from './writer.ts';
import { writeZLut } from './z-lut-record.ts';

/** A setup with what only tests of single stages need. */
export interface WasmSetup extends EngineSetup {
  /** [bead] center in ROI px that a plan without center-of-mass starts from; NaN: not known. */
  seeds?: readonly { xPx: number; yPx: number }[];
  /** [bead][radius] profiles that a plan without a stage that makes one starts from; NaN: an empty bin. */
  givenProfiles?: readonly ArrayLike<number>[];
  /** Keeps what the stages make of an ROI whose pixels are all equal, where an engine has no result. */
  keepsDark?: boolean;
  /** Gives back what a stage works with in place of the profile. */
  keeps?: Kept;
}

/** A setup as it lies in memory, where every thread reads it while frames are tracked; structured-cloneable. */
export interface WasmLayout {
  address: number;
  bytes: number;
  /** Room that each thread needs of its own, aligned to 16. */
  scratchBytes: number;
  beads: number;
  saturation: number;
  looksUpZ: boolean;
  keepsDark: boolean;
}

/** Bytes of memory from `layOut`'s address on that it will fill. */
export function layoutBytesOf(setup: WasmSetup): number {
  return build(setup, null, 0).bytes;
}

/**
 * Writes a setup into memory, in as many bytes as `layoutBytesOf` says.
 * @param address a multiple of 16
 * @throws {RoiError | ZLutError | ConfigError} if an ROI leaves the frame, a Z-LUT belongs to another ROI size, or a
 *   stage has no text for the kernel
 */
export function layOut(setup: WasmSetup, memory: WebAssembly.Memory, address: number): WasmLayout {
  const layout = build(setup, memory.buffer, address);
  moveRois(layout, setup, setup.rois, memory);
  return layout;
}

/** Writes the places of the ROIs anew, and nothing else; no thread may be tracking. */
export function moveRois(
  layout: WasmLayout,
  { width, pixelFormat, layout: frameLayout }: EngineSetup,
  rois: readonly Roi[],
  memory: WebAssembly.Memory,
): void {
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  const words = new Uint32Array(memory.buffer, layout.address, (layout.beads * WORDS.roiBytes) / 4);
  for (const [bead, { start, stride }] of roiPlaces(rois, width, frameLayout).entries()) {
    const at = (bead * WORDS.roiBytes) / 4;
    words[at + WORDS.roiStart / 4] = start * bytesPerPixel;
    words[at + WORDS.roiStride / 4] = stride * bytesPerPixel;
    words[at + WORDS.roiLeft / 4] = rois[bead]!.left;
    words[at + WORDS.roiTop / 4] = rois[bead]!.top;
  }
}

/** Writes where the beads were last, for plans that start there; no thread may be tracking. */
export function writeLast(
  layout: WasmLayout,
  { xPx, yPx, zNm }: LastPlaces,
  rois: readonly Roi[],
  memory: WebAssembly.Memory,
): void {
  const doubles = new Float64Array(memory.buffer, layout.address, (layout.beads * WORDS.roiBytes) / 8);
  for (const [bead, { left, top }] of rois.entries()) {
    const at = (bead * WORDS.roiBytes) / 8;
    doubles[at + WORDS.roiSeedX / 8] = xPx[bead]! - left;
    doubles[at + WORDS.roiSeedY / 8] = yPx[bead]! - top;
    doubles[at + WORDS.roiSeedZ / 8] = zNm[bead]!;
  }
}

function build(setup: WasmSetup, buffer: ArrayBufferLike | null, address: number): WasmLayout {
  const { plan, width, height, pixelFormat, rois, zLuts, zLutOfBead, seeds, givenProfiles } = setup;
  const writer = createWriter(buffer, address);
  // First, so that `moveRois` finds the records at the address.
  const records = writer.room(rois.length * WORDS.roiBytes);
  const programs = new Map<number, number>();
  const zLutRecords = zLuts.map((zLut) => writeZLut(writer, zLut));
  for (const [bead, roi] of rois.entries()) {
    assertRoiInFrame(roi, { width, height });
    const zLut = zLuts[zLutOfBead[bead] ?? -1];
    if (zLut) assertZLutFits(zLut, roi.bead, planMethod(plan, roi.size));
    if (zLut) assertHasModel(plan, zLut, roi.bead);
    const program = programs.get(roi.size) ?? writeProgram(writer, setup, roi.size);
    programs.set(roi.size, program);
    const at = records + bead * WORDS.roiBytes;
    const given = givenProfiles?.[bead];
    writer.words(at, [
      [WORDS.roiProgram, program],
      [WORDS.roiZLut, zLut ? zLutRecords[zLutOfBead[bead]!]! : 0],
      [WORDS.roiGivenProfile, given ? writer.floats64(given) : 0],
      [WORDS.roiGivenRadii, given?.length ?? 0],
    ]);
    writer.double(at + WORDS.roiSeedX, seeds?.[bead]?.xPx ?? Number.NaN);
    writer.double(at + WORDS.roiSeedY, seeds?.[bead]?.yPx ?? Number.NaN);
    writer.double(at + WORDS.roiSeedZ, Number.NaN);
  }
  return {
    address,
    bytes: writer.end() - address,
    scratchBytes: scratchBytes(setup),
    beads: rois.length,
    saturation: PIXEL_FORMATS[pixelFormat].saturation,
    looksUpZ: plan.some(({ stage }) => stageNamed(stage).writes.includes('zNm')),
    keepsDark: setup.keepsDark ?? false,
  };
}

/** Results, the profile, the ROI as f32, and what the hungriest stage takes beside them. */
function scratchBytes(setup: WasmSetup): number {
  const sizes = [...new Set(setup.rois.map(({ size }) => size))];
  const planes = Math.max(0, ...setup.zLuts.map((zLut) => zLut.planes));
  const perSize = sizes.map((size) => 24 * size ** 2 + 128 * profileLength(setup, size));
  const knots = Math.max(0, ...setup.zLuts.map(({ model }) => model?.knots ?? 0));
  return 65536 + 16 * planes + 48 * knots + Math.max(0, ...perSize);
}
