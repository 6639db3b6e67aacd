import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { nowNs } from '#protocol/clock.ts';
import { decodeLive } from '#protocol/live.ts';
import type { MotorPositions } from '#protocol/motor.ts';
import { MotorTrace, type MotorTraceMessage } from '#protocol/motor-trace.ts';
import { createTrackTable } from '#protocol/track-table.ts';
import { MotorFeed } from '#sinks/motor-feed.ts';
import type { PositionSource } from '#sinks/position-source.ts';
import { SLOW_VIEWER_BYTES, Viewer } from '#sinks/viewer.ts';

const FPS = 500;
const viewers = new Set<Viewer>();
let positions: { [Key in keyof PositionSource]: PositionSource[Key] };
let feed: MotorFeed;
let next: number;

beforeEach(() => {
  vi.useFakeTimers();
  next = 0;
  // Where it is in the frame that is asked for: 2 mm a second from 3 mm on.
  positions = { of: ({ id }) => ({ magnetMm: 3 + (2 * id) / FPS }), isKnown: () => true };
  feed = new MotorFeed(viewers, {
    of: (frame) => positions.of(frame),
    isKnown: (frame, now) => positions.isKnown(frame, now),
  });
});
afterEach(async () => {
  viewers.clear();
  await feed.close();
  vi.useRealTimers();
});

/** A dashboard that draws what it hears. */
function enter() {
  const got: MotorTraceMessage[] = [];
  const trace = new MotorTrace();
  const socket = {
    ...{ OPEN: 1, readyState: 1, bufferedAmount: 0 },
    send: (bytes: Uint8Array) => {
      const message = decodeLive(bytes) as MotorTraceMessage;
      got.push(message);
      trace.take(message);
    },
  };
  viewers.add(new Viewer(socket as unknown as WebSocket, 'viewer', 0));
  return { got, trace, socket };
}

/** Tracks frames, and lets the feed send. */
function film(frames: number): void {
  const table = createTrackTable(1, 0);
  for (const end = next + frames; next < end; next++) {
    const timeNs = BigInt(Math.round((1e9 * next) / FPS));
    const times = { timeNs, receivedNs: nowNs(), submittedNs: timeNs, trackedNs: timeNs };
    feed.tracked({ frames: [{ id: next, ...times }], rois: [], table });
  }
  vi.advanceTimersByTime(100);
}

test('a dashboard has 25 points a second of the magnet, at the times of the frames', () => {
  const { got, trace } = enter();
  film(500);
  film(500);
  expect(got.map(({ isWhole }) => isWhole)).toEqual([true, false]);
  const { timeS, magnetMm, magnetTurns } = trace.points;
  expect(timeS.length).toBe(50);
  for (const [at, time] of timeS.entries()) {
    expect(time).toBeCloseTo(0.04 * at, 9);
    expect(magnetMm[at]).toBeCloseTo(3 + 2 * time, 9);
  }
  expect(magnetTurns.every(Number.isNaN)).toBe(true);
});

test('who comes later, or was too slow, gets what was before, once', () => {
  const early = enter();
  film(500);
  const late = enter();
  early.socket.bufferedAmount = SLOW_VIEWER_BYTES + 1;
  film(500);
  early.socket.bufferedAmount = 0;
  film(500);
  film(0);
  expect(late.got.map(({ isWhole }) => isWhole)).toEqual([true, false]);
  expect(early.got.map(({ isWhole }) => isWhole)).toEqual([true, true]);
  for (const { trace } of [early, late]) {
    expect(trace.points.timeS.length).toBe(75);
    expect(trace.points.magnetMm.at(-1)).toBeCloseTo(3 + 2 * trace.newestS, 9);
  }
});

test('a frame waits until it is known where motors were, and those behind it with it', () => {
  const { trace } = enter();
  let known = -1;
  positions.isKnown = ({ id }) => id <= known;
  film(500);
  expect(trace.points.timeS.length).toBe(0);
  known = 250;
  film(0);
  expect(trace.newestS).toBeCloseTo(0.48, 9);
  known = 1000;
  film(0);
  expect(trace.newestS).toBeCloseTo(0.96, 9);
});

test('of a rig without motors nothing is told but that there is nothing', () => {
  positions.of = (): MotorPositions => ({});
  const { got, trace } = enter();
  film(500);
  film(500);
  expect(got).toHaveLength(1);
  expect([trace.names, trace.points.timeS.length]).toEqual([[], 0]);
});

test('motors that have gone break off', () => {
  const { trace } = enter();
  film(500);
  positions.of = (): MotorPositions => ({});
  film(500);
  const { magnetMm } = trace.points;
  expect(magnetMm.findLastIndex((at) => !Number.isNaN(at))).toBe(24);
  expect(trace.newestS).toBeCloseTo(1.96, 9);
});
