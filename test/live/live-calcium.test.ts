import { beforeEach, expect, test } from 'vitest';
import { CalciumError } from '#calcium/calcium-error.ts';
import type { CalciumHostOptions, CalciumSetup } from '#calcium-live/calcium-host.ts';
import type { CalciumState } from '#protocol/calcium-live.ts';
import { cellMapBytes, cellMapOf } from '#protocol/cell-map.ts';
import { DeviceError } from '#protocol/errors.ts';
import type { LiveMessage } from '#protocol/live.ts';
import type { Roi } from '#protocol/roi.ts';
import { CellFeed } from '#sinks/cell-feed.ts';
import { LiveCalcium } from '#tracker/live/live-calcium.ts';
import { calciumSection } from '#tracker/settings/calcium-settings.ts';

const SIZE = { width: 4, height: 2 };
const MAP = cellMapOf([0, 1, 1, 0, 2, 0, 0, 0], 4, 2);
const ROIS: Roi[] = [{ bead: 0, left: 0, top: 0, size: 2 }];

let setups: CalciumSetup[];
let asked: (readonly Roi[])[];
let events: string[];
let states: CalciumState[];
let thread: CalciumHostOptions;
let camera: Parameters<LiveCalcium['begin']>[0]['camera'];

beforeEach(() => {
  setups = [];
  asked = [];
  events = [];
  states = [];
  camera = { type: 'hello', version: 1, camera: 'test', ...SIZE, pixelFormat: 'mono8', fps: 100 };
});

/** Cells of a run whose thread is in the test's hands; it finds cells 1 and 2. */
async function begun(settings: Parameters<typeof calciumSection.parse>[0] = { enabled: true }) {
  const calcium = new LiveCalcium({
    settings: calciumSection.parse(settings),
    ...{ steps: [{ stage: 'roi-traces', params: {} }], cells: MAP, keptIn: null },
    engine: { holdRoom: () => {}, returnRoom: () => {} },
    endpoint: { setRois: (rois) => asked.push(rois) },
    feed: new CellFeed(new Set()),
    announce: ({ calcium: state }) => states.push(state),
    event: (level, text) => events.push(`${level}: ${text}`),
    open: async (options) => {
      thread = options;
      return {
        ...{ measured: 0, skipped: 0, waiting: 0, usPerFrame: Number.NaN, projected: 0 },
        configure: (setup) => setups.push(setup),
        push: () => {},
        resetProjections: () => {},
        project: () => Promise.reject(new CalciumError({ where: 'a', expected: 'b', received: 'c' })),
        findCells: async () => ({ type: 'cells-found', map: MAP, threshold: 3 }),
        close: async () => {},
      };
    },
  });
  calcium.setRois(ROIS);
  await calcium.begin({
    camera,
    roiTable: { list: () => ROIS },
    recorders: { measured: () => {}, cellsChanged: () => {}, cellsSkipped: () => {} },
  });
  return calcium;
}

/** Asks for something; resolves with what is answered. */
async function ask(calcium: LiveCalcium, request: object): Promise<LiveMessage[]> {
  const answers: LiveMessage[] = [];
  const whole = { id: 1, ...request } as Parameters<LiveCalcium['control']>[0];
  await calcium.control(whole, (message) => answers.push(message), {});
  return answers;
}

test('cells of the settings are measured from the first frame on, in whole frames', async () => {
  const calcium = await begun({ enabled: true, neuropilWidth: 3 });
  expect(setups).toEqual([
    {
      ...{ ...SIZE, pixelFormat: 'mono8', fps: 100, map: MAP },
      ...{ steps: [{ stage: 'roi-traces', params: {} }], neuropil: { width: 3, gap: 2, share: 0.7 } },
    },
  ]);
  expect(asked).toEqual([ROIS, []]);
  expect(calcium.state).toMatchObject({ on: true, map: MAP, stages: ['roi-traces'], savedAs: null });
  expect(calcium.cells).toBe(2);
});

test('a frame rate that changes sets time constants anew, the same rate does not', async () => {
  const calcium = await begun();
  calcium.cameraChanged();
  camera.fps = 40;
  calcium.cameraChanged();
  await expect.poll(() => setups.map(({ fps }) => fps)).toEqual([100, 40]);
});

test('the rate of the settings holds for a camera that says none', async () => {
  camera.fps = 0;
  await begun({ enabled: true, fps: 25 });
  expect(setups.map(({ fps }) => fps)).toEqual([25]);
});

test('what the thread cannot measure with turns calcium off, and frames are cut again', async () => {
  const calcium = await begun();
  thread.onTrouble(new CalciumError({ where: 'cutoff', expected: 'more frames a second', received: '1' }));
  expect(calcium.state.on).toBe(false);
  expect(asked.at(-1)).toBe(ROIS);
  expect(events).toEqual([
    'error: no cells are measured: E_CONFIG cutoff: expected more frames a second, received 1',
  ]);
  expect(states.at(-1)!.on).toBe(false);
});

test('a thread that dies is told of, and calcium stays on', async () => {
  const calcium = await begun();
  thread.onTrouble(new DeviceError({ where: 'calcium thread', expected: 'one', received: 'none' }));
  expect(calcium.state.on).toBe(true);
  expect(events.join()).toMatch(/^error: what is known of the cells is lost.*calcium thread/);
});

test('cells that are found have numbers of their own, whatever they are numbered in the projection', async () => {
  const calcium = await begun();
  const search = { kind: 'std', method: 'sigma', value: 3, leastPixels: 1 };
  const [found] = await ask(calcium, { type: 'find-cells', ...search });
  expect(found).toEqual({
    type: 'cells-found',
    map: cellMapOf([0, 3, 3, 0, 4, 0, 0, 0], 4, 2),
    threshold: 3,
  });
  expect(calcium.cells).toBe(2);
});

test('every change is told to all, those that are refused, too', async () => {
  const calcium = await begun();
  const other = cellMapOf([0, 1, 1, 0, 0, 0, 0, 5], 4, 2);
  await ask(calcium, { type: 'set-cells', runs: cellMapBytes(other) });
  expect(states.at(-1)).toEqual(calcium.state);
  expect(states.at(-1)!.map).toEqual(other);
  expect(setups.at(-1)!.map).toEqual(other);
  await expect(ask(calcium, { type: 'set-cells', runs: Uint8Array.of(1) })).rejects.toThrow(
    'cells: expected',
  );
  expect(states).toHaveLength(2);
  expect(states.at(-1)!.map).toEqual(other);
});

test('what is set while calcium is off holds when it is turned on', async () => {
  const calcium = await begun({});
  expect(setups).toEqual([]);
  expect(asked).toEqual([ROIS]);
  const neuropil = { width: 5, gap: 1, share: 0.5 };
  await ask(calcium, { type: 'set-calcium', neuropil });
  expect(setups).toEqual([]);
  await ask(calcium, { type: 'set-calcium', on: true });
  expect(setups).toHaveLength(1);
  expect(setups[0]).toMatchObject({ neuropil, map: MAP });
  calcium.setRois([...ROIS]);
  expect(asked).toEqual([ROIS, []]);
});
