import { expect, test } from 'vitest';
import { ConfigError } from '#protocol/errors.ts';
import type { Conditions } from '#tracker/commands/bench/case.ts';
import { createPeer, inTurn } from '#tracker/commands/bench/peer.ts';

const CONDITIONS: Conditions = {
  engine: 'wasm',
  preset: 'fast',
  roi: 64,
  pixelType: 'mono16',
  planes: 200,
  beads: 7,
  iterations: 2,
};

test('its command is told the conditions of the line', async () => {
  const peer = createPeer('echo {roi}-{beads}-{planes}-{preset}-{pixelType}-{other}', CONDITIONS);
  await peer.run();
  expect(peer.compare({ wallMs: [1] }).command).toBe('echo 64-7-200-fast-mono16-{other}');
});

test('what takes less time per ROI is better by the ratio, what does more frames a second, too', async () => {
  const slow = createPeer(`echo starting; echo '{"usPerRoi": 30, "fps": 5}'; echo done`, CONDITIONS);
  await slow.run();
  await slow.run();
  expect(slow.compare({ usPerRoi: [9, 10, 20], fps: [1] })).toMatchObject({
    ...{ usPerRoi: 30, fps: 5, by: 'usPerRoi', ratio: 3 },
    ratioOfBest: 3.333,
  });
  expect(slow.compare({ fps: [10, 20] })).toMatchObject({ by: 'fps', ratio: 3, ratioOfBest: 4 });
});

test('the best repeat of a peer that repeats itself is what it says', async () => {
  const peer = createPeer(`echo '{"usPerRoi": 30, "usPerRoiMin": 20}'`, CONDITIONS);
  await peer.run();
  expect(peer.compare({ usPerRoi: [15, 10] })).toMatchObject({ ratio: 2.4, ratioOfBest: 2 });
});

test('without a figure that both have, the time of a run is compared', async () => {
  const peer = createPeer(`echo '{not json'; echo '{"usPerRoi": "fast"}'`, CONDITIONS);
  await peer.run();
  const { by, wallMs, ratio, ...others } = peer.compare({ usPerRoi: [1], wallMs: [1000] });
  expect(by).toBe('wallMs');
  expect(others).not.toHaveProperty('usPerRoi');
  expect(ratio).toBeCloseTo(wallMs! / 1000, 3);
});

test('one that fails ends the bench', async () => {
  const peer = createPeer('exit 3', CONDITIONS);
  await expect(peer.run()).rejects.toThrow(ConfigError);
  await expect(peer.run()).rejects.toThrow(/exit code 3 of 'exit 3'/);
});

test('ours and its are done in turn', async () => {
  const done: string[] = [];
  const peer = { run: async () => void done.push('peer'), compare: () => expect.unreachable() };
  const ours = async () => done.push('ours');
  expect(await inTurn(2, ours, peer)).toEqual({
    ours: [1, 3],
    wallMs: [expect.any(Number), expect.any(Number)],
  });
  expect(done).toEqual(['ours', 'peer', 'ours', 'peer']);
});
