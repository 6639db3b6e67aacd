import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ZLut } from '#protocol/z-lut.ts';
import { createRandom } from '#simulation/random.ts';
import { lookupZ } from '#stages/lookup-z.ts';
import { beadOf } from '../stages/synthetic-bead.ts';
import { rms } from '../support/cli.ts';
import { type RoiEdges, readStack, realFolder, roiOfEdges, trackReal } from './real-recording.ts';

const data = realFolder('mt_single_beads_luts_dekker');

interface Picture {
  image: string;
  shape: [number, number];
  bead: { roi: RoiEdges; x: number; y: number; x_sym: number; y_sym: number };
}

describe.skipIf(data.absent)(`five pictures of one bead each, from five microscopes${data.skipped}`, () => {
  test.each([
    ['beadimg.png', 1e-4, 0.02],
    // Grey of a color JPEG: decoders round it differently by one count.
    ['SingleBead.jpg', 2e-3, 0.02],
    ['bead_00000029.png', 1e-4, 0.01],
    ['water_imm_bead_agar.png', 1e-4, 0.16],
    ['singlebead_80x80_u8.bin', 1e-4, 0.1],
  ])('%s: within %d px of MagTrack, %d px of its symmetry center', async (image, magtrackPx, symmetryPx) => {
    const { images } = data.expected<{ images: Picture[] }>();
    const { bead } = images.find((picture) => picture.image === image)!;
    const picture = image.endsWith('.bin') ? rawPicture(image) : await readStack(data.path(image));
    const { xPx, yPx } = await trackReal(picture, [roiOfEdges(0, bead.roi)]);
    expect(Math.hypot(xPx[0]! - bead.x, yPx[0]! - bead.y)).toBeLessThan(magtrackPx);
    expect(Math.hypot(xPx[0]! - bead.x_sym, yPx[0]! - bead.y_sym)).toBeLessThan(symmetryPx);
  });
});

/** Raw 80 x 80 bytes, which have no description beside them. */
function rawPicture(image: string) {
  const bytes = Uint8Array.from(readFileSync(data.path(image)));
  expect(bytes).toHaveLength(80 * 80);
  return { width: 80, height: 80, pixelFormat: 'mono8' as const, frames: 1, pages: [bytes] };
}

/** Z-LUTs of a .radialzlut: three int32 (beads, planes, radii), then float32 [bead, plane, radius]. */
function radialZLuts(name: string): ZLut[] {
  const bytes = readFileSync(data.path(name));
  const [beads, planes, radii] = [0, 4, 8].map((at) => bytes.readInt32LE(at)) as [number, number, number];
  const values = planes * radii;
  return Array.from({ length: beads }, (_, bead) =>
    zLutOf(`${name} ${bead}`, planes, radii, (index) => bytes.readFloatLE(12 + 4 * (bead * values + index))),
  );
}

/** The height of a plane is its number: the files do not say. */
function zLutOf(name: string, planes: number, radii: number, at: (index: number) => number): ZLut {
  const profiles = Float64Array.from({ length: planes * radii }, (_, index) => at(index));
  return {
    name,
    planes,
    radii,
    planeZNm: Float64Array.from({ length: planes }, (_, plane) => plane),
    profiles,
  };
}

/** Heights, in planes, found for every plane but the outermost six, each changed by `change`. */
function lookUpPlanes(zLut: ZLut, change: (profile: Float64Array, plane: number) => Float64Array): number[] {
  const { planes, radii, profiles } = zLut;
  const params = lookupZ.params.parse({});
  return Array.from({ length: planes - 12 }, (_, index) => {
    const plane = index + 6;
    const profile = change(profiles.slice(plane * radii, (plane + 1) * radii), plane);
    const bead = beadOf(new Float64Array(64), { profile, zLut });
    lookupZ.reference(bead, params);
    return bead.zNm - plane;
  });
}

describe.skipIf(data.absent)(`the Z-LUTs of real beads${data.skipped}`, () => {
  test.each([
    ['1x.radialzlut', 10, 150, 116],
    ['long.radialzlut', 5, 400, 96],
    ['lut000.png', 1, 150, 96],
    ['lut2.png', 1, 200, 64],
    ['lut7.png', 1, 200, 64],
    ['lut_falcon2_m50_r3.png', 1, 150, 144],
    ['lut_refbead_140x200.png', 1, 200, 140],
  ])(
    '%s, %d beads of %d planes and %d radii: each plane is found to half a plane rms, with 2 % noise to 0.65',
    async (name, beads, planes, radii) => {
      const picture = name.endsWith('.png') ? await readStack(data.path(name)) : null;
      const zLuts = picture
        ? [zLutOf(name, picture.height, picture.width, (index) => picture.pages[0]![index]!)]
        : radialZLuts(name);
      expect(zLuts).toHaveLength(beads);
      for (const zLut of zLuts) {
        expect([zLut.planes, zLut.radii]).toEqual([planes, radii]);
        const clean = lookUpPlanes(zLut, (profile) => profile);
        expect(clean.filter(Number.isNaN)).toEqual([]);
        expect(rms(clean), zLut.name).toBeLessThan(0.5);
        const random = createRandom(3);
        const noisy = lookUpPlanes(zLut, (profile) => {
          const noise = 0.02 * (Math.max(...profile) - Math.min(...profile));
          return profile.map((counts) => counts + noise * random.normal());
        });
        expect(noisy.filter(Number.isNaN)).toEqual([]);
        expect(rms(noisy), zLut.name).toBeLessThan(0.65);
      }
    },
  );
});
