import { beforeEach, describe, expect, test } from 'vitest';
import {
  type BeadTrace,
  LIVE_VERSION,
  type LiveBead,
  type LiveMessage,
  type SnapshotMessage,
  type TracksMessage,
} from '#protocol/live.ts';
import { createLiveStore, type LiveStore } from '../../../dashboard/store/live-store.ts';

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
  fits: false,
  recording: null,
});

const traceOf = (bead: number, timeS: number[]): BeadTrace => ({
  bead,
  timeS: Float64Array.from(timeS),
  xPx: Float64Array.from(timeS, (time) => 100 * bead + time),
  yPx: Float64Array.from(timeS, () => 50),
  zNm: Float64Array.from(timeS, () => Number.NaN),
  score: Float64Array.from(timeS, () => 0.9),
});

const tracks = (...traces: BeadTrace[]): TracksMessage => ({
  type: 'tracks',
  traces,
  newest: {
    beads: Uint32Array.of(3, 5),
    xPx: Float64Array.of(30.5, 50.5),
    yPx: Float64Array.of(1, 2),
    zNm: Float64Array.of(100, Number.NaN),
    score: Float64Array.of(0.9, Number.NaN),
    status: Uint16Array.of(0, 8),
    noiseXPx: Float64Array.of(0.1, 0.2),
    noiseYPx: Float64Array.of(0.1, 0.2),
    noiseZNm: Float64Array.of(7, Number.NaN),
  },
});

const xOf = (bead: number) => [...store.traces.of(bead)!.ring.all().xPx];

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

describe('several beads', () => {
  test('are selected one after the other; the one picked last is the one keys act on', () => {
    store.toggleSelected(8);
    expect([store.selection.value, store.selected.value]).toEqual([[3, 8], 8]);
    store.toggleSelected(8);
    expect([store.selection.value, store.selected.value]).toEqual([[3], 3]);
  });

  test('are watched together with the references, each once', () => {
    store.toggleReference(5);
    store.toggleReference(3);
    expect(store.watched.value).toEqual([3, 5]);
    store.select(8);
    expect(store.watched.value).toEqual([8, 5, 3]);
  });

  test('are no more than the tracker watches, which is said', () => {
    store.apply({ type: 'beads', beads: beads(...Array.from({ length: 40 }, (_, bead) => bead)) });
    for (let bead = 10; bead < 25; bead++) store.toggleReference(bead);
    expect(store.watched.value).toHaveLength(16);
    expect(store.notice.value).toBeNull();
    store.toggleSelected(30);
    expect(store.watched.value).toHaveLength(16);
    expect(store.notice.value).toMatch(/at most 16 beads/);
    // One that is a reference already takes no more room.
    store.toggleSelected(12);
    expect(store.selection.value).toEqual([3, 12]);
  });

  test('that are removed are neither selected nor references any more', () => {
    store.toggleSelected(5);
    store.toggleReference(8);
    store.apply({ type: 'beads', beads: beads(3) });
    expect([store.selection.value, store.references.value]).toEqual([[3], []]);
  });
});

describe('the traces', () => {
  test('are those of the watched beads', () => {
    store.toggleReference(5);
    store.apply(tracks(traceOf(3, [0, 0.1]), traceOf(5, [0.1]), traceOf(8, [0.2])));
    expect([xOf(3), xOf(5)]).toEqual([[300, 300.1], [500.1]]);
    expect(store.traces.of(8)).toBeUndefined();
  });

  test('begin with the selection, and go on where the bead stays watched', () => {
    store.apply(tracks(traceOf(3, [0, 0.1])));
    store.toggleSelected(5);
    expect([xOf(3), xOf(5)]).toEqual([[300, 300.1], []]);
    store.select(5);
    store.select(3);
    expect(xOf(3)).toEqual([]);
  });

  test('have a break where the connection was lost', () => {
    store.apply(tracks(traceOf(3, [0, 0.1])));
    store.apply(snapshot([3, 5, 8]));
    store.apply(tracks(traceOf(3, [0.2, 0.3])));
    expect(xOf(3)).toEqual([300, 300.1, Number.NaN, 300.2, 300.3]);
  });

  test('have a break where frames are missing for half a second, and for 5 frames of a slow camera', () => {
    store.apply(tracks(traceOf(3, [0, 0.4])));
    store.apply(tracks(traceOf(3, [1])));
    expect(xOf(3)).toEqual([300, 300.4, Number.NaN, 301]);
    const slow = { camera: 'slow', connected: true, width: 8, height: 6, pixelFormat: 'mono8', fps: 1 };
    store.apply({ type: 'camera', camera: { ...slow, pixelSizeNm: Number.NaN } });
    store.apply(tracks(traceOf(3, [2, 6, 12])));
    expect(xOf(3).slice(4)).toEqual([302, 306, Number.NaN, 312]);
  });

  test('have what the fit tells once the pipeline fits', () => {
    store.apply({ ...snapshot([3]), fits: true });
    const fit = { sigmaXPx: Float64Array.of(0.1), sigmaYPx: Float64Array.of(0.2) };
    const rest = { sigmaZNm: Float64Array.of(3), chiSquared: Float64Array.of(1.1) };
    store.apply(tracks({ ...traceOf(3, [0]), ...fit, ...rest }));
    expect([...store.traces.of(3)!.ring.all().chiSquared!]).toEqual([1.1]);
  });
});

describe('the past of a watched bead', () => {
  const columns = (value: number) => {
    const column = Float64Array.of(value, value);
    return { xPx: column, yPx: column, zNm: column };
  };
  const history = (bead: number): LiveMessage => ({
    ...{ type: 'history', bead, bucketS: 0.05, untilS: 0.08, timeS: Float64Array.of(0, 0.05) },
    ...{ min: columns(1), max: columns(2), last: columns(1) },
  });

  test('is taken, and that of another bead is not', () => {
    store.apply(history(5));
    expect(store.traces.of(3)!.past).toBeNull();
    store.apply(history(3));
    expect([...store.traces.of(3)!.past!.points.xPx]).toEqual([1, 2, 1, 1, 2, 1]);
  });

  test('is forgotten with another selection', () => {
    store.apply(history(3));
    store.select(8);
    expect(store.traces.of(3)).toBeUndefined();
  });

  test('is asked for as far back as is shown, two minutes at least', () => {
    expect(store.pastS.value).toBe(120);
    store.plots.windowS.value = 3600;
    expect(store.pastS.value).toBe(3600);
  });
});

test('the newest points are found by bead', () => {
  store.apply(tracks());
  expect(store.newest.value.get(5)).toMatchObject({
    xPx: 50.5,
    yPx: 2,
    zNm: Number.NaN,
    score: Number.NaN,
    status: 8,
    noiseXPx: 0.2,
    chiSquared: Number.NaN,
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
