import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MotorPositions } from '#protocol/motor.ts';
import { MotorFile } from '#recording/motor-window.ts';
import { createRunRecorder } from '#recording/run-recorder.ts';
import { TrackIndex } from '#recording/track-index.ts';
import { FACTS, testFolder, trackedBatch } from './example-run.ts';

/** Frames of the example are 10 ms apart. */
const FRAME_S = 0.01;

/** A run whose camera says where motors are, in batches of ten frames, each after a gap of frames that were lost. */
async function recordMotors(
  frames: number,
  sent: (frame: number) => MotorPositions | null,
  isAway: (first: number) => boolean = () => false,
): Promise<string> {
  const recorder = await createRunRecorder(join(testFolder(), 'run'), FACTS, { flushMs: 1e6, syncMs: 1e6 });
  for (let first = 0; first < frames; first += 10) {
    if (isAway(first)) continue;
    const batch = trackedBatch(first, 10, 2);
    const lost = { firstFrame: 900_000 + first, lastFrame: 900_001 + first };
    recorder.gap({ ...lost, fate: 'dropped-link', atNs: 5n });
    recorder.tracked({
      ...batch,
      frames: batch.frames.map((frame) => ({ ...frame, positions: sent(frame.id) })),
    });
    recorder.flush();
  }
  await recorder.close();
  return join(recorder.folder, 'tracks.arrows');
}

const startOf = async (path: string) => (await new TrackIndex(path).refresh()).firstNs;

test('a narrow window has where motors were in every frame, at the times of the tracks', async () => {
  const path = await recordMotors(200, (frame) =>
    frame < 100 ? { magnetMm: 3 + frame / 100 } : { focusZNm: frame },
  );
  const motors = new MotorFile(path);
  expect(await motors.names()).toEqual(['focusZNm', 'magnetMm']);
  const { timeS, magnetMm, focusZNm, magnetTurns } = await motors.window(await startOf(path), {
    ...{ fromS: 0.895, toS: 1.095, points: 400 },
  });
  expect(timeS.length).toBe(20);
  for (const [at, time] of timeS.entries()) {
    const frame = 90 + at;
    expect(time).toBeCloseTo(frame * FRAME_S, 9);
    expect(magnetMm[at]).toBe(frame < 100 ? 3 + frame / 100 : Number.NaN);
    expect(focusZNm[at]).toBe(frame < 100 ? Number.NaN : frame);
  }
  expect(magnetTurns.every(Number.isNaN)).toBe(true);
});

test('a wide window has a point of each part; of more than may be read at once it has some', async () => {
  const path = await recordMotors(9000, (frame) => ({ magnetTurns: frame }));
  const motors = new MotorFile(path);
  const query = { fromS: -5, toS: 95, points: 200 };
  const { timeS, magnetTurns } = await motors.window(await startOf(path), query);
  expect([...timeS].map((time) => time.toFixed(6))).toEqual(
    Array.from({ length: 180 }, (_, at) => (at / 2).toFixed(6)),
  );
  expect([...magnetTurns]).toEqual(Array.from({ length: 180 }, (_, at) => at * 50));
  const late = await motors.window(await startOf(path), { fromS: 79.999, toS: 80.101, points: 51 });
  expect([...late.magnetTurns]).toEqual(Array.from({ length: 11 }, (_, at) => 8000 + at));
  const some = await motors.window(await startOf(path), query, 1);
  expect(some.timeS.length).toBeGreaterThan(0);
  expect(some.timeS.length).toBeLessThan(180);
});

test('lines break off where no frame came for more than 5 s', async () => {
  const path = await recordMotors(
    1000,
    () => ({ magnetMm: 3 }),
    (first) => first >= 200 && first < 800,
  );
  const query = { fromS: 0, toS: 10, points: 20 };
  const { timeS, magnetMm } = await new MotorFile(path).window(await startOf(path), query);
  expect([...timeS]).toEqual([0, 0.5, 1, 1.5, 1.5, 8, 8.5, 9, 9.5]);
  expect([...magnetMm]).toEqual([3, 3, 3, 3, Number.NaN, 3, 3, 3, 3]);
});

test('of a run without motors there is none, nor of one without a file of frames', async () => {
  const path = await recordMotors(20, () => null);
  const query = { fromS: 0, toS: 1, points: 10 };
  for (const motors of [new MotorFile(path), new MotorFile('/nowhere/tracks.arrows')]) {
    expect(await motors.names()).toEqual([]);
    expect((await motors.window(0n, query)).timeS).toHaveLength(0);
  }
});
