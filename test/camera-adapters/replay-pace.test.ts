import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { PaceClock } from '#camera-adapters/pace.ts';
import { replayCamera } from '#camera-adapters/replay.ts';
import { manualSteps, stepsOfLines } from '#camera-adapters/steps.ts';
import { createRandom } from '#simulation/random.ts';
import { column, path, play, timed, upTo } from '../support/ten-frame-replay.ts';

/** Time that passes only in sleep, which lasts whole ms and then up to `lateMs` too long, as timers do. */
function lateClock(lateMs = 1.5, seed = 3): PaceClock & { sleeps: number } {
  const { uniform } = createRandom(seed);
  let now = 1234.5;
  return {
    sleeps: 0,
    nowMs: () => now,
    async sleep(ms) {
      this.sleeps++;
      now += Math.max(1, Math.trunc(ms)) + lateMs * uniform();
    },
  };
}

describe('in real time', () => {
  test.each([7, 100, 999, 5000])(
    'at %d Hz no frame is early, none is skipped, and lateness does not add up',
    async (fps) => {
      const clock = lateClock();
      const startMs = clock.nowMs();
      const shown = await play(replayCamera({ path, fps, loop: true }, { clock }), 2000, clock);
      expect(column(shown, 'id')).toEqual(upTo(2000));
      const lateMs = shown.map(({ atMs }, n) => atMs - startMs - (n * 1000) / fps);
      expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(-1e-6 /* ms: rounding */);
      // A sleep of whole ms, up to 1 ms too long by rounding up, and 1.5 ms by the clock.
      expect(Math.max(...lateMs)).toBeLessThanOrEqual(2.5);
    },
  );

  test('up to 1 kHz a frame takes one timer at most', async () => {
    const clock = lateClock(0);
    await play(replayCamera({ path, fps: 900, loop: true }, { clock }), 2000);
    expect(clock.sleeps).toBeLessThan(2000);
  });

  test('above 1 kHz one timer lets several frames through', async () => {
    const clock = lateClock();
    await play(replayCamera({ path, fps: 5000, loop: true }, { clock }), 2000);
    expect(clock.sleeps).toBeLessThan(400);
  });

  test('recorded times are kept', async () => {
    const clock = lateClock();
    const startMs = clock.nowMs();
    const shown = await play(replayCamera({ path: timed }, { clock }), 25, clock);
    const lateMs = shown.map(({ atMs }, n) => atMs - startMs - 20 * n);
    expect(lateMs).toHaveLength(10);
    expect(Math.max(...lateMs)).toBeLessThanOrEqual(2.5 /* ms, as above */);
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(-1e-6);
  });

  test('frames that are late come at once, all of them', async () => {
    const clock = lateClock();
    const camera = replayCamera({ path, fps: 100 }, { clock });
    await camera.open();
    const ids: number[] = [];
    for await (const { id } of camera.frames(new AbortController().signal)) {
      ids.push(id);
      // The one who takes them is busy for as long as the whole recording.
      if (id === 2) await clock.sleep(200, new AbortController().signal);
      if (id === 2) clock.sleeps = 0;
    }
    await camera.close();
    expect(ids).toEqual(upTo(10));
    expect(clock.sleeps).toBe(0);
  });

  test('ends while it waits for the next frame', async () => {
    const stop = new AbortController();
    const camera = replayCamera({ path, fps: 0.001 });
    await camera.open();
    const shown: number[] = [];
    for await (const { id } of camera.frames(stop.signal)) {
      shown.push(id);
      setImmediate(() => stop.abort());
    }
    await camera.close();
    expect(shown).toEqual([0]);
  });
});

describe('stepped', () => {
  test('shows a frame a step, and nothing without', async () => {
    const steps = manualSteps();
    const camera = replayCamera({ path, pace: 'step' }, { steps });
    await camera.open();
    const iterator = camera.frames(new AbortController().signal)[Symbol.asyncIterator]();
    let next = iterator.next();
    let arrived = false;
    void next.then(() => (arrived = true));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(arrived).toBe(false);
    steps.step();
    expect((await next).value).toMatchObject({ id: 0 });
    steps.step(2);
    expect((await iterator.next()).value).toMatchObject({ id: 1 });
    expect((await iterator.next()).value).toMatchObject({ id: 2 });
    next = iterator.next();
    steps.end();
    expect((await next).done).toBe(true);
    await camera.close();
  });

  test('a line of input is a step; it ends with the input', async () => {
    const input = new PassThrough();
    input.end('\n\nnext\n');
    const shown = await play(replayCamera({ path, pace: 'step' }, { steps: stepsOfLines(input) }));
    expect(column(shown, 'count')).toEqual([10, 11, 12]);
  });

  test('ends with the stack and leaves the input', async () => {
    const input = new PassThrough();
    input.write('\n'.repeat(25));
    const shown = await play(replayCamera({ path, pace: 'step' }, { steps: stepsOfLines(input) }));
    expect(column(shown, 'id')).toEqual(upTo(10));
    expect(input.isPaused()).toBe(true);
    expect(input.listenerCount('data')).toBe(0);
  });

  test.each([
    ['a call', manualSteps()],
    ['a line', stepsOfLines(new PassThrough())],
  ])('ends while it waits for %s', async (_, steps) => {
    const stop = new AbortController();
    const camera = replayCamera({ path, pace: 'step' }, { steps });
    await camera.open();
    const next = camera.frames(stop.signal)[Symbol.asyncIterator]().next();
    setImmediate(() => stop.abort());
    expect((await next).done).toBe(true);
    await camera.close();
  });
});
