import { expect, test } from 'vitest';
import { createReferenceEngine } from '#engines/reference.ts';
import { viewPixels } from '#protocol/pixel-format.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { PRESET_NAMES, presetPlan } from '#stages/presets.ts';
import { benchScene, planIterations } from '#tracker/commands/bench/scene.ts';

const SIZE = { beads: 9, size: 64, planes: 200 };

test.each(
  PRESET_NAMES.flatMap((preset) => (['mono8', 'mono16'] as const).map((type) => [preset, type] as const)),
)('%s finds every bead of a scene in %s where it was put', async (preset, pixelFormat) => {
  const { setup, frame } = await benchScene({ ...SIZE, pixelFormat }, presetPlan(preset));
  const engine = createReferenceEngine();
  await engine.configure(setup);
  const table = createTrackTable(1, SIZE.beads);
  await engine.track([frame.slice().buffer], table);
  await engine.close();
  for (const { bead, left, top } of setup.rois) {
    expect(table.status[bead]).toBe(0);
    // px and nm: noise of 2 counts on rings of 90; a bead lost is tens of px or planes away.
    expect(Math.abs(table.xPx[bead]! - left - 32 - 0.8 * Math.sin(bead + 1))).toBeLessThan(0.1);
    expect(Math.abs(table.yPx[bead]! - top - 32 - 0.8 * Math.cos(bead + 1))).toBeLessThan(0.1);
    expect(Math.abs(table.zNm[bead]! - 10_000 * (0.5 + 0.25 * Math.sin(2 * bead)))).toBeLessThan(200);
  }
});

test('a scene uses the range of its pixels and is the same every time', async () => {
  const plan = presetPlan('magtrack');
  const [first, again] = await Promise.all(
    [0, 1].map(() => benchScene({ ...SIZE, pixelFormat: 'mono12' }, plan)),
  );
  expect(first!.frame).toEqual(again!.frame);
  const pixels = viewPixels(first!.frame.buffer as ArrayBuffer, 'mono12');
  expect(Math.max(...pixels)).toBeGreaterThan(3000);
  expect(Math.max(...pixels)).toBeLessThan(4095);
});

test('iterations are those of the centering stage', () => {
  expect(planIterations(presetPlan('magtrack'))).toBe(5);
  expect(planIterations(presetPlan('fast'))).toBe(2);
  expect(planIterations(presetPlan('magtrack').slice(0, 1))).toBeNull();
});
