import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReferenceEngine } from '#engines/reference.ts';
import { encodeNpy } from '#protocol/npy.ts';
import { createTrackTable, type TrackTable } from '#protocol/track-table.ts';
import { parsePlan } from '#stages/plan.ts';
import { presetSteps } from '#stages/presets.ts';
import { type BenchScene, benchScene } from '#tracker/commands/bench/scene.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';

const PEER = fileURLToPath(new URL('./numpy-peer.py', import.meta.url));
const BEADS = 12;
const SIZE = 40;
const PLANES = 60;

const python = pythonWith('numpy');
const skipped = skippedWithout('numpy');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tweezertrack-peer-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function referenceTracks({ setup, frame }: BenchScene): Promise<TrackTable> {
  const engine = createReferenceEngine();
  await engine.configure(setup);
  const table = createTrackTable(1, BEADS);
  await engine.track([frame.slice().buffer], table);
  await engine.close();
  return table;
}

/** Columns of x, y, z as the peer prints them. */
function peerTracks({ setup, frame }: BenchScene, ...options: string[]): number[][] {
  const images = new Uint8Array(BEADS * SIZE * SIZE);
  for (const { bead, left, top } of setup.rois) {
    for (let row = 0; row < SIZE; row++) {
      const at = (top + row) * setup.width + left;
      images.set(frame.subarray(at, at + SIZE), (bead * SIZE + row) * SIZE);
    }
  }
  const { planeZNm, profiles, radii } = setup.zLuts[0]!;
  const rows = [...planeZNm].flatMap((zNm, plane) => [
    zNm,
    ...profiles.subarray(plane * radii, (plane + 1) * radii),
  ]);
  const [stack, zLut] = ['stack.npy', 'z-lut.npy'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(stack, encodeNpy(images, [BEADS, SIZE, SIZE]));
  writeFileSync(zLut, encodeNpy(Float64Array.from(rows), [PLANES, radii + 1]));
  const { stdout, stderr } = spawnSync(python!, [PEER, '--track', stack, zLut, ...options], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test.skipIf(!python).each([
  ['none', 'add.at'],
  ['none', 'bincount'],
  ['mean', 'add.at'],
  ['median', 'bincount'],
])(
  `the numpy peer with background %s and %s finds what the reference does${skipped}`,
  async (background, binning) => {
    const [first, ...steps] = presetSteps('magtrack');
    const plan = parsePlan([{ ...first!, params: { background } }, ...steps]);
    const scene = await benchScene({ beads: BEADS, size: SIZE, planes: PLANES, pixelFormat: 'mono8' }, plan);
    const { xPx, yPx, zNm } = await referenceTracks(scene);
    const [x, y, z] = peerTracks(scene, '--background', background, '--binning', binning) as [
      number[],
      number[],
      number[],
    ];
    for (const { bead, left, top } of scene.setup.rois) {
      // Both are float64: only the order of sums differs.
      expect(Math.abs(x[bead]! + left - xPx[bead]!)).toBeLessThan(1e-9);
      expect(Math.abs(y[bead]! + top - yPx[bead]!)).toBeLessThan(1e-9);
      expect(Math.abs(z[bead]! - zNm[bead]!)).toBeLessThan(1e-6);
    }
  },
);
