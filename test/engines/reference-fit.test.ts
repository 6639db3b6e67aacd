import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '#engines/reference.ts';
import { startThreadHost } from '#engines/threads/thread-host.ts';
import { ZLutError } from '#protocol/errors.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { createRandom } from '#simulation/random.ts';
import { planMethod } from '#stages/plan.ts';
import { precisePlan } from '../stages/precision-exam.ts';
import { ringModel, smoothRings } from '../stages/ring-model.ts';

const SIZE = 40;
const WIDTH = 48;
const plan = precisePlan();
const { radii, ...method } = planMethod(plan, SIZE)!;
const PLANES = 21;
const zLut: ZLut = {
  name: 'rings',
  planes: PLANES,
  radii,
  planeZNm: Float64Array.from({ length: PLANES }, (_, plane) => 50 * plane),
  profiles: Float64Array.from({ length: PLANES * radii }, (_, at) =>
    smoothRings(at % radii, 50 * Math.floor(at / radii)),
  ),
  method,
  model: ringModel(),
};

const random = createRandom(2);
const frame = new Uint16Array(WIDTH * SIZE);
for (let pixel = 0; pixel < frame.length; pixel++) {
  const [column, row] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
  frame[pixel] = random.poisson(smoothRings(Math.hypot(column - 24.3, row - 20.2), 420));
}
const dark = new Uint16Array(WIDTH * SIZE).fill(90);

const setup = {
  plan,
  width: WIDTH,
  height: SIZE,
  pixelFormat: 'mono16' as const,
  rois: [{ bead: 0, left: 5, top: 0, size: SIZE }],
  zLuts: [zLut],
  zLutOfBead: [0],
  profiles: false,
};

describe('a plan that fits a model', () => {
  test('says in its table how far off its numbers may be, and nothing of a dark ROI', async () => {
    const engine = createReferenceEngine();
    await engine.configure(setup);
    const table = createTrackTable(2, 1, 0, true);
    await engine.track([frame.buffer, dark.buffer], table);
    await engine.close();
    expect([...table.status]).toEqual([0, TRACK_STATUS['no-light'] | TRACK_STATUS.lost]);
    expect(Math.abs(table.xPx[0]! - 24.3)).toBeLessThan(5 * table.sigmaXPx[0]!);
    expect(Math.abs(table.yPx[0]! - 20.2)).toBeLessThan(5 * table.sigmaYPx[0]!);
    expect(Math.abs(table.zNm[0]! - 420)).toBeLessThan(5 * table.sigmaZNm[0]!);
    expect(table.sigmaZNm[0]).toBeLessThan(5);
    expect(Math.abs(table.chiSquared[0]! - 1)).toBeLessThan(0.14);
    const ofDark = [table.sigmaXPx[1], table.sigmaYPx[1], table.sigmaZNm[1], table.chiSquared[1]];
    expect(ofDark).toEqual(Array(4).fill(Number.NaN));
  });

  test('gives the same through the threads of a host', async () => {
    const host = await startThreadHost('reference', { threads: 1 });
    await host.configure(setup);
    const room = host.takeRoom(frame.byteLength);
    room.pixels.set(new Uint8Array(frame.buffer));
    const table = await host.track([room]);
    expect(table.fits).toBe(true);
    const engine = createReferenceEngine();
    await engine.configure(setup);
    const own = createTrackTable(1, 1, 0, true);
    await engine.track([frame.buffer], own);
    for (const name of ['xPx', 'zNm', 'sigmaXPx', 'sigmaYPx', 'sigmaZNm', 'chiSquared'] as const) {
      expect([...table[name]]).toEqual([...own[name]]);
    }
    host.returnTable(table);
    await host.close();
  });

  test('refuses a Z-LUT without a model', async () => {
    const { model: _, ...plain } = zLut;
    const engine = createReferenceEngine();
    await expect(engine.configure({ ...setup, zLuts: [plain] })).rejects.toThrow(ZLutError);
  });
});
