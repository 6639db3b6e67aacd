import { expect, test } from 'vitest';
import { pointsOf } from '#protocol/motor-trace.ts';
import type { RecordingWindow } from '#protocol/recordings.ts';
import { WindowFeed } from '../../../../dashboard/views/recordings/feed.ts';
import { createPlayback } from '../../../../dashboard/views/recordings/playback.ts';
import type { WindowAsk } from '../../../../dashboard/views/recordings/requests.ts';

/** A feed whose windows come when the test says so; the recording has 1000 points a second. */
function waitingFeed(lengthS: number) {
  const playback = createPlayback(lengthS);
  const asks: WindowAsk[] = [];
  const answers: { resolve(window: RecordingWindow): void; reject(cause: Error): void }[] = [];
  const feed = new WindowFeed(playback, (ask) => {
    asks.push(ask);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  });
  const need = (beads: readonly number[] = BEADS) => feed.need(beads, 500);
  const settle = () => new Promise<void>((done) => setImmediate(done));
  const answer = async () => {
    const { fromS, toS, points } = asks.at(-1)!;
    const bucketS = (toS - fromS) * 1000 <= points ? 0 : (2 * (toS - fromS)) / points;
    answers.at(-1)!.resolve({
      fromS,
      toS,
      bucketS,
      readEvery: 1,
      endS: lengthS,
      traces: [],
      motors: pointsOf(() => new Float64Array()),
    });
    await settle();
  };
  const fail = async (message: string) => {
    answers.at(-1)!.reject(new Error(message));
    await settle();
  };
  return { playback, feed, asks, need, answer, fail };
}

const BEADS = [3];

test('what is shown is fetched once, with a margin and two points a px', async () => {
  const { feed, asks, need, answer } = waitingFeed(600);
  need();
  need();
  expect(asks).toEqual([{ beads: [3], fromS: 0, toS: 15, points: 1500 }]);
  expect(feed.isLoading.value).toBe(true);
  await answer();
  need();
  expect([asks.length, feed.isLoading.value, feed.loadedToS]).toEqual([1, false, 15]);
});

test('who drags along the time leaves no queue behind', async () => {
  const { playback, asks, need, answer } = waitingFeed(600);
  need();
  for (let toS = 20; toS <= 400; toS += 20) {
    playback.seek(toS);
    need();
  }
  expect(asks).toHaveLength(1);
  await answer();
  need();
  expect(asks.at(-1)).toMatchObject({ fromS: 385, toS: 405 });
  await answer();
  need();
  expect(asks).toHaveLength(2);
});

test('while it plays the next window is fetched before the last one ends', async () => {
  const { playback, feed, asks, need, answer } = waitingFeed(600);
  playback.speed.value = 10;
  playback.isPlaying.value = true;
  need();
  await answer();
  expect(asks[0]!.toS).toBe(30);
  playback.seek(19);
  need();
  expect(asks).toHaveLength(1);
  playback.seek(21);
  need();
  expect(asks).toHaveLength(2);
  // Meanwhile it can go on to the end of the last one, but not beyond.
  expect(feed.loadedToS).toBe(30);
});

test('showing less time fetches it again where it had been thinned', async () => {
  const { playback, asks, need, answer } = waitingFeed(600);
  need();
  await answer();
  playback.show(1);
  need();
  expect(asks.at(-1)).toMatchObject({ fromS: 8.5, toS: 10.5 });
  await answer();
  playback.show(0.5);
  need();
  expect(asks).toHaveLength(2);
});

test('other beads are fetched anew, and an answer for those before is thrown away', async () => {
  const { feed, asks, need, answer } = waitingFeed(600);
  need();
  const others = [3, 10];
  need(others);
  await answer();
  expect(feed.window.value).toBeNull();
  need(others);
  expect(asks.at(-1)!.beads).toEqual([3, 10]);
  await answer();
  expect(feed.window.value).not.toBeNull();
  need([]);
  expect([asks.length, feed.window.value]).toEqual([2, null]);
});

test('after an error nothing is asked for until a person tries again', async () => {
  const { feed, asks, need, answer, fail } = waitingFeed(600);
  need();
  await fail('the disk is gone');
  need();
  expect([asks.length, feed.error.value, feed.isLoading.value]).toEqual([1, 'the disk is gone', false]);
  feed.retry();
  need();
  await answer();
  expect([asks.length, feed.error.value, feed.loadedToS]).toEqual([2, null, 15]);
});
