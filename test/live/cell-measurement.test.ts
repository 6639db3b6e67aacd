import { expect, test } from 'vitest';
import { CalciumError } from '#calcium/calcium-error.ts';
import type { CalciumHostOptions, CalciumSetup, FrameToMeasure } from '#calcium-live/calcium-host.ts';
import type { FrameRoom } from '#engines/engine-host.ts';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import type { ProjectionMessage } from '#protocol/calcium-live.ts';
import { cellMapOf } from '#protocol/cell-map.ts';
import { CellFeed } from '#sinks/cell-feed.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';
import { CellMeasurement } from '#tracker/live/cell-measurement.ts';

const MAP = cellMapOf([0, 1, 0, 0], 2, 2);
const SETUP: CalciumSetup = {
  ...{ width: 2, height: 2, pixelFormat: 'mono8', fps: 100, steps: [], map: MAP, neuropil: null },
};

/** A measurement whose thread is in the test's hands, and what it told whom, in order. */
function measurement(
  onProject: (host: CalciumHostOptions) => Promise<ProjectionMessage> = () => Promise.reject(new Error()),
) {
  const told: unknown[] = [];
  const pushed: FrameToMeasure[] = [];
  let host!: CalciumHostOptions;
  let opened = 0;
  const made = new CellMeasurement({
    engine: {
      holdRoom: (room) => told.push(['hold', room.pixels[0]]),
      returnRoom: (room) => told.push(['return', room.pixels[0]]),
    },
    feed: new CellFeed(new Set()),
    recorders: () => ({
      measured: (batch) => told.push(['measured', ...batch.frames.map(({ id }) => id)]),
      cellsChanged: ({ fps }) => told.push(['changed', fps]),
      cellsSkipped: (first, last) => told.push(['skipped', first, last]),
    }),
    mostWaiting: 4,
    onTrouble: (error) => told.push(['trouble', error.message]),
    open: async (options) => {
      host = options;
      opened++;
      return {
        ...{ measured: 3, skipped: 2, waiting: 1, usPerFrame: 40, projected: 3 },
        configure: ({ fps }) => told.push(['configure', fps]),
        push: (frame) => pushed.push(frame),
        resetProjections: () => {},
        project: () => onProject(options),
        findCells: () => Promise.reject(new Error()),
        close: async () => {},
      };
    },
  });
  return { made, told, pushed, host: () => host, opened: () => opened };
}

function receive(made: CellMeasurement, id: number, isWhole = true): void {
  const timeNs = BigInt(id) * 10_000_000n;
  const room: FrameRoom = { pixels: new Uint8Array(new SharedArrayBuffer(4)).fill(id) };
  const rois: ReceivedFrame['rois'] = isWhole ? null : [];
  made.received(
    { id, timeNs, receivedNs: timeNs, pixels: room.pixels, rois, picture: null, truth: null },
    room,
  );
}

function measuredBatch(...ids: number[]): MeasuredCells {
  const column = () => new Float32Array(ids.length);
  return {
    frames: ids.map((id) => ({ id, timeNs: 0n, receivedNs: 0n, measuredNs: 0n })),
    cells: Uint16Array.of(1),
    columns: {
      ...{ counts: column(), neuropil: column(), baseline: column() },
      ...{ dff: column(), noise: column(), rate: column() },
    },
    events: new Uint8Array(ids.length),
    waveforms: [],
  };
}

test('the recording hears of a change between the frames before and after it', async () => {
  const { made, told, host } = measurement();
  await made.use(SETUP);
  receive(made, 0);
  receive(made, 1);
  await made.use({ ...SETUP, fps: 50 });
  receive(made, 2);
  receive(made, 3);
  told.length = 0;
  host().onMeasured(measuredBatch(0, 1));
  host().onSkipped(2, 2);
  host().onMeasured(measuredBatch(3));
  expect(told).toEqual([
    ['changed', 100],
    ['measured', 0, 1],
    ['changed', 50],
    ['skipped', 2, 2],
    ['measured', 3],
  ]);
});

test('rooms of whole frames are held, those of frames that are cut are not', async () => {
  const { made, told, pushed, host } = measurement();
  receive(made, 0);
  await made.use(SETUP);
  told.length = 0;
  receive(made, 1, false);
  receive(made, 2);
  made.stop();
  receive(made, 3);
  expect(told).toEqual([['hold', 2]]);
  expect(pushed.map(({ id }) => id)).toEqual([2]);
  host().release(pushed[0]!.room);
  expect(told.at(-1)).toEqual(['return', 2]);
});

test('the thread starts when cells are first measured, and once', async () => {
  const { made, opened } = measurement();
  expect(opened()).toBe(0);
  expect(made.status).toEqual({
    ...{ measured: 0, skipped: 0, waiting: 0, events: 0, usPerFrame: Number.NaN, projected: 0 },
  });
  await made.use(SETUP);
  made.stop();
  await made.use(SETUP);
  expect(opened()).toBe(1);
  expect(made.status).toMatchObject({ measured: 3, skipped: 2, waiting: 1, usPerFrame: 40 });
});

test('a setting that a new thread refuses is an error of whoever asked; later ones are told as trouble', async () => {
  const refusal = new CalciumError({ where: 'taps', expected: 'more frames', received: '1' });
  const { made, told, host } = measurement(async (options) => {
    options.onTrouble(refusal);
    throw refusal;
  });
  await expect(made.use(SETUP)).rejects.toBe(refusal);
  expect(made.setup).toBeNull();
  expect(told).toEqual([['configure', 100]]);
  await made.use(SETUP);
  host().onTrouble(refusal);
  expect(told.at(-1)).toEqual(['trouble', refusal.message]);
});

test('nobody asks two questions at a time, and none while cells are not measured', async () => {
  const { made } = measurement();
  const [one, other] = [{}, {}];
  await expect(made.ask(one, 'find-cells', async () => 1)).rejects.toThrow(
    'find-cells: expected frames whose cells',
  );
  await made.use(SETUP);
  let answer!: (value: number) => void;
  const open = made.ask(
    one,
    'find-cells',
    () =>
      new Promise<number>((resolve) => {
        answer = resolve;
      }),
  );
  await expect(made.ask(one, 'find-cells', async () => 2)).rejects.toThrow('one question at a time');
  expect(await made.ask(other, 'find-cells', async () => 3)).toBe(3);
  answer(1);
  expect(await open).toBe(1);
  expect(await made.ask(one, 'find-cells', async () => 4)).toBe(4);
});
