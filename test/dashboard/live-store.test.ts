import { beforeEach, describe, expect, test } from 'vitest';
import {
  LIVE_VERSION,
  type LiveBead,
  type LiveMessage,
  type SnapshotMessage,
  type TracksMessage,
} from '#protocol/live.ts';
import { createLiveStore, type LiveStore } from '../../dashboard/live-store.ts';

const beads = (...ids: number[]): LiveBead[] =>
  ids.map((bead) => ({ bead, left: 10 * bead, top: 5, size: 32, zLut: null }));

const snapshot = (ids: number[]): SnapshotMessage => ({
  type: 'snapshot',
  version: LIVE_VERSION,
  camera: null,
  beads: beads(...ids),
  roiSize: 32,
  engine: { engine: 'reference', device: 'CPU', why: 'asked for' },
  pipeline: ['center-of-mass'],
  recording: null,
});

const tracks = (selected: number | null, timeS: number[]): TracksMessage => ({
  type: 'tracks',
  selected,
  timeS: Float64Array.from(timeS),
  xPx: Float64Array.from(timeS, (time) => 100 + time),
  yPx: Float64Array.from(timeS, () => 50),
  zNm: Float64Array.from(timeS, () => Number.NaN),
  beads: Uint32Array.of(3, 5),
  newestXPx: Float64Array.of(30.5, 50.5),
  newestYPx: Float64Array.of(1, 2),
  newestZNm: Float64Array.of(100, Number.NaN),
  newestScore: Float64Array.of(0.9, Number.NaN),
  newestStatus: Uint16Array.of(0, 8),
});

let store: LiveStore;
beforeEach(() => {
  store = createLiveStore();
  store.apply(snapshot([3, 5, 8]));
});

describe('the selection', () => {
  test('is the first bead when there was none', () => {
    expect(store.selected.value).toBe(3);
  });

  test('stays over a reconnection', () => {
    store.select(5);
    store.apply(snapshot([3, 5]));
    expect(store.selected.value).toBe(5);
  });

  test('goes to the next bead of the list when its bead is removed, to the last at the end', () => {
    store.select(5);
    store.apply({ type: 'beads', beads: beads(3, 8) });
    expect(store.selected.value).toBe(8);
    store.apply({ type: 'beads', beads: beads(3) });
    expect(store.selected.value).toBe(3);
    store.apply({ type: 'beads', beads: [] });
    expect(store.selected.value).toBeNull();
  });
});

describe('the trace', () => {
  test('takes the points of the selected bead only', () => {
    store.apply(tracks(3, [0, 0.1]));
    store.apply(tracks(5, [0.2]));
    store.apply(tracks(null, []));
    expect([...store.trace.all().xPx]).toEqual([100, 100.1]);
  });

  test('starts anew with another selection', () => {
    store.apply(tracks(3, [0, 0.1]));
    store.select(5);
    expect(store.trace.length).toBe(0);
  });

  test('has a break where the connection was lost', () => {
    store.apply(tracks(3, [0, 0.1]));
    store.apply(snapshot([3, 5, 8]));
    store.apply(tracks(3, [4, 4.1]));
    expect([...store.trace.all().xPx]).toEqual([100, 100.1, Number.NaN, 104, 104.1]);
  });

  test('has a break where frames are missing for half a second, and for 5 frames of a slow camera', () => {
    store.apply(tracks(3, [0, 0.4]));
    store.apply(tracks(3, [1]));
    expect([...store.trace.all().xPx]).toEqual([100, 100.4, Number.NaN, 101]);
    const slow = { camera: 'slow', connected: true, width: 8, height: 6, pixelFormat: 'mono8', fps: 1 };
    store.apply({ type: 'camera', camera: { ...slow, pixelSizeNm: Number.NaN } });
    store.apply(tracks(3, [2, 6, 12]));
    expect([...store.trace.all().xPx].slice(4)).toEqual([102, 106, Number.NaN, 112]);
  });
});

describe('the past of the selected bead', () => {
  const column = (value: number) => Float64Array.of(value, value);
  const history = (bead: number): LiveMessage => ({
    ...{ type: 'history', bead, bucketS: 0.05, untilS: 0.08, timeS: Float64Array.of(0, 0.05) },
    ...{ minXPx: column(1), maxXPx: column(2), lastXPx: column(1) },
    ...{ minYPx: column(1), maxYPx: column(2), lastYPx: column(1) },
    ...{ minZNm: column(1), maxZNm: column(2), lastZNm: column(1) },
  });

  test('is taken, and that of another bead is not', () => {
    store.apply(history(5));
    expect(store.past.value).toBeNull();
    store.apply(history(3));
    expect([...store.past.value!.xPx]).toEqual([1, 2, 1, 1, 2, 1]);
  });

  test('is forgotten with another selection', () => {
    store.apply(history(3));
    store.select(8);
    expect(store.past.value).toBeNull();
  });

  test('is asked for as far back as is shown, two minutes at least', () => {
    expect(store.pastS.value).toBe(120);
    store.windowS.value = 3600;
    expect(store.pastS.value).toBe(3600);
  });
});

test('the newest points are found by bead', () => {
  store.apply(tracks(3, [0]));
  expect(store.newest.value.get(5)).toEqual({
    xPx: 50.5,
    yPx: 2,
    zNm: Number.NaN,
    score: Number.NaN,
    status: 8,
  });
});

describe('the events', () => {
  const warning = { type: 'event', level: 'warning', timeMs: 1, text: 'disk is slow' } as const;

  test('are newest first, and the same one again counts up', () => {
    store.apply({ ...warning, level: 'info', text: 'started' });
    store.apply(warning);
    store.apply({ ...warning, timeMs: 9 });
    expect(store.events.value.map(({ text, times, timeMs }) => [text, times, timeMs])).toEqual([
      ['disk is slow', 2, 9],
      ['started', 1, 1],
    ]);
  });

  test('stay until they are dismissed', () => {
    store.apply(warning);
    store.dismiss(store.events.value[0]!.key);
    expect(store.events.value).toEqual([]);
  });

  test('are the last 200', () => {
    for (let at = 0; at < 300; at++) store.apply({ ...warning, text: `event ${at}` });
    expect(store.events.value).toHaveLength(200);
    expect(store.events.value[0]!.text).toBe('event 299');
  });
});
