import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { CELL_COLUMNS } from '#protocol/calcium-live.ts';
import { decodeLive, type LiveMessage } from '#protocol/live.ts';
import { CellFeed } from '#sinks/cell-feed.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';
import { SLOW_VIEWER_BYTES, Viewer } from '#sinks/viewer.ts';

/** A viewer whose socket keeps what is sent, and says that so much waits. */
function viewer() {
  const got: LiveMessage[] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (bytes: Uint8Array) => got.push(decodeLive(bytes)),
  };
  const one = new Viewer(socket as unknown as WebSocket, 'viewer', 0);
  const all = <Type extends LiveMessage['type']>(type: Type) =>
    got.filter((message): message is Extract<LiveMessage, { type: Type }> => message.type === type);
  return { one, socket, got, all };
}

/** Cells of frames from `first` on, 100 a second: counts are 100 times the cell plus the frame. */
function batch(
  first: number,
  frames: number,
  cells: readonly number[],
  events: readonly number[] = [],
): MeasuredCells {
  const column = (of: (cell: number, frame: number) => number) =>
    Float32Array.from({ length: frames * cells.length }, (_, at) =>
      of(cells[at % cells.length]!, first + Math.floor(at / cells.length)),
    );
  const columns = Object.fromEntries(
    CELL_COLUMNS.map((name) => [name, column((cell, frame) => 100 * cell + frame)]),
  ) as MeasuredCells['columns'];
  return {
    frames: Array.from({ length: frames }, (_, index) => timesOf(first + index)),
    cells: Uint16Array.from(cells),
    columns,
    events: Uint8Array.from(columns.dff, (value) => Number(events.includes(value))),
    waveforms: [],
  };
}

const timesOf = (id: number) => {
  const timeNs = 5_000_000_000n + BigInt(id) * 10_000_000n;
  return { id, timeNs, receivedNs: timeNs, measuredNs: timeNs };
};

/** Frames that come and are measured. */
function measure(feed: CellFeed, ...[first, frames, cells, events]: Parameters<typeof batch>): void {
  for (let id = first; id < first + frames; id++) feed.received(timesOf(id), true);
  feed.measured(batch(first, frames, cells, events));
}

const watch = (cells: number[] | null, seconds?: number) => ({
  ...{ type: 'watch-cells' as const, id: 1, cells },
  ...(seconds !== undefined && { seconds }),
});

test('the past of a cell is sent once, and frames follow it without a hole', () => {
  const { one, all } = viewer();
  const feed = new CellFeed(new Set([one]));
  measure(feed, 0, 10, [1, 2]);
  feed.watch(one, watch([2]));
  measure(feed, 10, 3, [1, 2]);
  feed.send(one);
  feed.watch(one, watch([1, 2]));
  measure(feed, 13, 2, [1, 2]);
  feed.send(one);
  expect(all('cell-history').map(({ cell, counts }) => [cell, counts.length])).toEqual([
    [2, 10],
    [1, 13],
  ]);
  const ofCell = (cell: number) =>
    [
      ...all('cell-history').filter((past) => past.cell === cell),
      ...all('cell-traces').flatMap(({ traces }) => traces.filter((trace) => trace.cell === cell)),
    ].flatMap(({ counts }) => [...counts]);
  expect(ofCell(2)).toEqual(Array.from({ length: 15 }, (_, frame) => 200 + frame));
  expect(ofCell(1)).toEqual(Array.from({ length: 15 }, (_, frame) => 100 + frame));
  expect(
    all('cell-traces')
      .at(-1)!
      .traces.map(({ cell }) => cell),
  ).toEqual([1, 2]);
});

test('times begin with the first frame of the run, measured or not', () => {
  const { one, all } = viewer();
  const feed = new CellFeed(new Set([one]));
  for (let id = 0; id < 100; id++) feed.received(timesOf(id), false);
  measure(feed, 100, 1, [1]);
  feed.watch(one, watch([]));
  expect(all('cell-traces').at(-1)!.newest.timeS).toBeCloseTo(1, 9);
});

test('an empty list brings the newest of all cells, null nothing more', () => {
  const { one, got, all } = viewer();
  const feed = new CellFeed(new Set([one]));
  measure(feed, 0, 4, [3, 9]);
  feed.send(one);
  expect(got).toEqual([]);
  feed.watch(one, watch([]));
  expect(all('cell-traces')[0]).toMatchObject({
    traces: [],
    newest: { cells: Uint16Array.of(3, 9), dff: Float32Array.of(303, 903), events: Uint32Array.of(0, 0) },
  });
  feed.send(one);
  expect(got).toHaveLength(1);
  feed.watch(one, watch(null));
  measure(feed, 4, 1, [3, 9]);
  feed.send(one);
  expect(got).toHaveLength(1);
});

test('an event is told at once to those who watch, and counted', () => {
  const [watching, other] = [viewer(), viewer()];
  const feed = new CellFeed(new Set([watching.one, other.one]));
  feed.watch(watching.one, watch([]));
  measure(feed, 0, 5, [1, 2], [203, 104]);
  expect(watching.all('cell-events')).toEqual([
    {
      type: 'cell-events',
      cells: Uint16Array.of(2, 1),
      frames: Float64Array.of(3, 4),
      timeS: Float64Array.of(0.03, 0.04),
      dff: Float32Array.of(203, 104),
    },
  ]);
  expect(other.got).toEqual([]);
  expect(feed.events).toBe(2);
  measure(feed, 5, 1, [2], [205]);
  feed.send(watching.one);
  expect([...watching.all('cell-traces').at(-1)!.newest.events]).toEqual([2]);
  expect(feed.events).toBe(3);
});

test('a slow viewer is sent nothing until it reads, and then all that is remembered', () => {
  const { one, socket, got, all } = viewer();
  const feed = new CellFeed(new Set([one]));
  measure(feed, 0, 2, [1]);
  feed.watch(one, watch([1]));
  socket.bufferedAmount = SLOW_VIEWER_BYTES + 1;
  const before = got.length;
  measure(feed, 2, 20_000, [1], [150]);
  feed.send(one);
  expect(got).toHaveLength(before);
  // Its list of events lacks one, which it is to be told.
  expect(one.missed).toBe(1);
  socket.bufferedAmount = 0;
  feed.send(one);
  const [trace] = all('cell-traces').at(-1)!.traces;
  // As many as a message holds: thinned, from its first frame to one of its last.
  expect(trace!.timeS.length).toBeGreaterThan(2000);
  expect(trace!.timeS.length).toBeLessThan(7000);
  expect(trace!.timeS[0]).toBeCloseTo(0.02, 6);
  expect(trace!.timeS.at(-1)).toBeGreaterThan(199.9);
  expect([...trace!.eventS]).toEqual([0.5]);
});

test('a cell that comes while it is watched begins with a past of what there is', () => {
  const { one, all } = viewer();
  const feed = new CellFeed(new Set([one]));
  measure(feed, 0, 3, [1]);
  feed.watch(one, watch([4]));
  measure(feed, 3, 2, [1, 4]);
  feed.send(one);
  expect(all('cell-history').map(({ cell, counts }) => [cell, [...counts]])).toEqual([[4, [403, 404]]]);
});

test('frames that are skipped are no frames of a trace', () => {
  const { one, all } = viewer();
  const feed = new CellFeed(new Set([one]));
  feed.watch(one, watch([1]));
  measure(feed, 0, 1, [1]);
  for (const id of [1, 2, 3]) feed.received(timesOf(id), true);
  feed.skipped(1, 2);
  feed.measured(batch(3, 1, [1]));
  feed.send(one);
  const times = [...all('cell-history'), ...all('cell-traces').flatMap(({ traces }) => traces)];
  expect(times.flatMap(({ timeS }) => [...timeS])).toEqual([0, 0.03]);
});

test('asking for the same again brings the pasts again, for another time back those so far back', () => {
  const { one, all } = viewer();
  const feed = new CellFeed(new Set([one]));
  measure(feed, 0, 200, [1, 2]);
  for (const request of [watch([1, 2]), watch([1]), watch([1]), watch([1], 0.5)]) feed.watch(one, request);
  expect(all('cell-history').map(({ cell, counts }) => [cell, counts.length])).toEqual([
    [1, 200],
    [2, 200],
    [1, 200],
    // Frame 199 and those within half a second before it.
    [1, 51],
  ]);
});
