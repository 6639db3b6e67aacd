import { createGpuEngine } from '#engines/gpu.ts';
import { createReferenceEngine } from '#engines/reference.ts';
import { MAGTRACK_PLAN, parsePlan } from '#pipeline/plan.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { createRandom } from '#simulation/random.ts';
import {
  frameOfStack,
  goldenCases,
  goldenInput,
  goldenPlan,
  goldenZLut,
} from '../test/golden/magtrack-golden.ts';
import { ringFrame, ringZLut } from '../test/support/ring-beads.ts';

const engine = await createGpuEngine();
const ref = createReferenceEngine();
const q = (a: number[]) => {
  a = a.filter((v) => !Number.isNaN(v)).sort((x, y) => x - y);
  return { n: a.length, median: a[a.length >> 1], p99: a[Math.floor(a.length * 0.99)], max: a.at(-1) };
};
for (const [size, pixelFormat] of [
  [64, 'mono8'],
  [64, 'mono16'],
  [64, 'float32'],
  [128, 'mono8'],
] as const) {
  const dx: number[] = [],
    dz: number[] = [];
  let status = 0;
  const random = createRandom(99);
  const shape = { width: size * 10, height: size * 5, pixelFormat };
  const n = size === 64 ? 20 : 6;
  for (let f = 0; f < n; f++) {
    const beads = Array.from({ length: 50 }, (_, b) => ({
      roi: { bead: b, left: (b % 10) * size, top: Math.floor(b / 10) * size, size },
      xPx: size / 2 + 6 * random.uniform() - 3,
      yPx: size / 2 + 6 * random.uniform() - 3,
      plane: 5 + 40 * random.uniform(),
    }));
    const setup = {
      plan: parsePlan(MAGTRACK_PLAN),
      ...shape,
      rois: beads.map((b) => b.roi),
      zLuts: [ringZLut(size, 50)],
      zLutOfBead: beads.map(() => 0),
      profiles: false,
    };
    const frame = ringFrame(shape, beads, { seed: f });
    const a = createTrackTable(1, 50),
      b = createTrackTable(1, 50);
    await engine.configure(setup);
    await ref.configure(setup);
    await engine.track([frame], a);
    await ref.track([frame], b);
    for (let i = 0; i < 50; i++) {
      dx.push(Math.max(Math.abs(a.xPx[i]! - b.xPx[i]!), Math.abs(a.yPx[i]! - b.yPx[i]!)));
      dz.push(Math.abs(a.zNm[i]! - b.zNm[i]!));
      if (a.status[i] !== b.status[i] || Number.isNaN(a.zNm[i]!) !== Number.isNaN(b.zNm[i]!)) status++;
    }
  }
  console.log(size, pixelFormat, 'xy px', q(dx), 'z nm', q(dz), 'status differs', status);
}
let mx = 0,
  mz = 0,
  nan = 0,
  n = 0;
const over: string[] = [];
for (const g of goldenCases('stack_to_xyzp').filter((c) => c.outputs)) {
  const stack = goldenInput(g, 'stack');
  const [size, , frames] = stack.shape as [number, number, number];
  const zLut = goldenZLut(g);
  const setup = {
    plan: goldenPlan(g),
    width: size,
    height: size,
    pixelFormat: 'float32' as const,
    rois: [{ bead: 0, left: 0, top: 0, size }],
    zLuts: zLut ? [zLut] : [],
    zLutOfBead: [zLut ? 0 : -1],
    profiles: false,
  };
  const buf = Array.from({ length: frames }, (_, f) => Float32Array.from(frameOfStack(stack, f)).buffer);
  const a = createTrackTable(frames, 1),
    b = createTrackTable(frames, 1);
  await engine.configure(setup);
  await ref.configure(setup);
  await engine.track(buf, a);
  await ref.track(buf, b);
  for (let i = 0; i < frames; i++) {
    n++;
    const x = Math.max(Math.abs(a.xPx[i]! - b.xPx[i]!), Math.abs(a.yPx[i]! - b.yPx[i]!)),
      z = Math.abs(a.zNm[i]! - b.zNm[i]!);
    if (
      Number.isNaN(a.xPx[i]!) !== Number.isNaN(b.xPx[i]!) ||
      Number.isNaN(a.zNm[i]!) !== Number.isNaN(b.zNm[i]!)
    ) {
      nan++;
      over.push(`${g.name}[${i}] nan`);
      continue;
    }
    if (x > mx) mx = x;
    if (z > mz) mz = z;
    if (x > 1e-5 || z > 0.05) over.push(`${g.name}[${i}] x ${a.xPx[i]} y ${a.yPx[i]} dxy ${x} dz ${z}`);
  }
}
console.log('golden frames', n, 'max xy', mx, 'max z', mz, 'nan differs', nan, over);
await engine.close();
