import { roiPlaces } from '#protocol/frame-layout.ts';
import { PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import { assertRoiInFrame, type Roi } from '#protocol/roi.ts';
import { assertZLutFits, type ZLut } from '#protocol/z-lut.ts';
import { STAGES } from '#stages/index.ts';
import { SKIPPED_RADII, unitPlanes } from '#stages/pearson.ts';
import { planMethod, planRadii, stageNamed } from '#stages/plan.ts';
import { assertRunsOn } from '#stages/plan-needs.ts';
import type { EngineSetup } from '../engine.ts';
import { type Kept, keptLength } from '../gpu/compose.ts';
import { WASM_TABLES } from './tables.ts';
import { parameterNames, KERNEL_WORDS as WORDS } from './words.ts';

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

/** What the kernel knows a stage by. */
export function stageNumber(name: string): number {
  return STAGES.findIndex((stage) => stage.name === name);
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

/** Hands out memory from an address on, and fills it unless it only counts. */
function createWriter(buffer: ArrayBufferLike | null, address: number) {
  let next = address;
  const room = (bytes: number) => {
    const at = next;
    next += Math.ceil(bytes / 16) * 16;
    return at;
  };
  return {
    room,
    end: () => next,
    /** @returns where the numbers are */
    floats64(values: ArrayLike<number>): number {
      const at = room(values.length * 8);
      if (buffer) new Float64Array(buffer, at, values.length).set(values);
      return at;
    },
    floats32(length: number, fill: (into: Float32Array) => void): number {
      const at = room(length * 4);
      if (buffer) fill(new Float32Array(buffer, at, length).fill(0));
      return at;
    },
    /** Sets words of a record, by their offsets. */
    words(at: number, values: readonly (readonly [offset: number, value: number])[]): void {
      if (!buffer) return;
      const view = new DataView(buffer);
      for (const [offset, value] of values) view.setUint32(at + offset, value, true);
    },
    double(at: number, value: number): void {
      if (buffer) new DataView(buffer).setFloat64(at, value, true);
    },
  };
}

type Writer = ReturnType<typeof createWriter>;

function build(setup: WasmSetup, buffer: ArrayBufferLike | null, address: number): WasmLayout {
  const { plan, width, height, pixelFormat, rois, zLuts, zLutOfBead, seeds, givenProfiles } = setup;
  assertRunsOn(plan, 'wasm');
  const writer = createWriter(buffer, address);
  // First, so that `moveRois` finds the records at the address.
  const records = writer.room(rois.length * WORDS.roiBytes);
  const programs = new Map<number, number>();
  const zLutRecords = zLuts.map((zLut) => writeZLut(writer, zLut));
  for (const [bead, roi] of rois.entries()) {
    assertRoiInFrame(roi, { width, height });
    const zLut = zLuts[zLutOfBead[bead] ?? -1];
    if (zLut) assertZLutFits(zLut, roi.bead, planMethod(plan, roi.size));
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

/** Record of a Z-LUT, with its planes ready to be correlated. */
function writeZLut(writer: Writer, zLut: ZLut): number {
  const { planes, radii, planeZNm } = zLut;
  const width = radii - SKIPPED_RADII;
  const stride = Math.ceil(width / 4) * 4;
  const at = writer.room(WORDS.zLutBytes);
  const units = writer.floats32(planes * stride, (into) => {
    const values = unitPlanes(zLut);
    for (let plane = 0; plane < planes; plane++) {
      into.set(values.subarray(plane * width, (plane + 1) * width), plane * stride);
    }
  });
  writer.words(at, [
    [WORDS.zLutPlanes, planes],
    [WORDS.zLutRadii, radii],
    [WORDS.zLutStride, stride],
    [WORDS.zLutUnits, units],
    [WORDS.zLutPlaneZNm, writer.floats64(planeZNm)],
  ]);
  return at;
}

/** The plan for ROIs of one size. */
function writeProgram(writer: Writer, setup: WasmSetup, size: number): number {
  const { plan, pixelFormat } = setup;
  const at = writer.room(WORDS.programHead + plan.length * WORDS.stepBytes);
  writer.words(at, [
    [WORDS.programSize, size],
    [WORDS.programBytesPerPixel, PIXEL_FORMATS[pixelFormat].bytesPerPixel],
    [WORDS.programProfile, profileLength(setup, size)],
    [WORDS.programSteps, plan.length],
    [WORDS.programKeeps, Number(setup.keeps !== undefined)],
  ]);
  for (const [index, { stage, params }] of plan.entries()) {
    const constants = stageNamed(stage).constants(params, size);
    const tables = WASM_TABLES[stage]?.(constants, size);
    writer.words(at + WORDS.programHead + index * WORDS.stepBytes, [
      [WORDS.stepStage, stageNumber(stage)],
      [WORDS.stepParams, writer.floats64(parameterNames(constants).map((name) => constants[name]!))],
      [WORDS.stepTables, tables ? writer.floats64(tables) : 0],
    ]);
  }
  return at;
}

/** Radii of the longest profile that an ROI of this size has on its way, or the numbers that take its place. */
function profileLength({ plan, givenProfiles, keeps }: WasmSetup, size: number): number {
  if (keeps) return keptLength(keeps, size);
  const given = givenProfiles?.map(({ length }) => length) ?? [];
  return Math.max(1, ...given, ...plan.map((step) => planRadii([step], size)));
}

/** Results, the profile, the ROI as f32, and what the hungriest stage takes beside them. */
function scratchBytes(setup: WasmSetup): number {
  const sizes = [...new Set(setup.rois.map(({ size }) => size))];
  const planes = Math.max(0, ...setup.zLuts.map((zLut) => zLut.planes));
  const perSize = sizes.map((size) => 24 * size ** 2 + 128 * profileLength(setup, size));
  return 65536 + 16 * planes + Math.max(0, ...perSize);
}
