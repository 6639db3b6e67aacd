import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { runCamera } from '#camera-adapters/run.ts';
import { type CellMap, cellMapBytes } from '#protocol/cell-map.ts';
import type { LiveMessage } from '#protocol/live.ts';
import { parsePlan } from '#stages/plan.ts';
import { LiveClient, type RequestWithoutId } from '#tracker/commands/live-client.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveTracker } from '#tracker/live/live-tracker.ts';
import { BLINKING_FPS, BLINKING_ROI, blinkingCamera } from './blinking-cells.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Frames that may wait for the thread before the camera is held. */
const AHEAD = 32;

/** Bytes of a map as Node sends them; a bare Uint8Array would go as an extension of MessagePack. */
export const setCells = (map: CellMap): RequestWithoutId => ({
  type: 'set-cells',
  runs: Buffer.from(cellMapBytes(map)),
});

type Message<Type extends LiveMessage['type']> = Extract<LiveMessage, { type: Type }>;
type Calcium = { on: boolean; cells: number; measured: number; skipped: number; events: number };

// These are of the test that runs.
export let folder: string;
export let tracker: LiveTracker;
export let log: string[];
export let told: LiveMessage[];

export async function start(
  change: (config: ReturnType<typeof defaultConfig>) => void = () => {},
  beads = true,
) {
  const config = defaultConfig();
  config.server.port = 0;
  config.engine.engine = 'wasm';
  config.engine.threads = 1;
  config.recording.folder = join(folder, 'runs');
  config.calcium.enabled = true;
  config.calcium.fps = BLINKING_FPS;
  config.calcium.mostWaiting = 2 * AHEAD;
  config.calcium.params = { 'running-baseline': { leastS: 1, windowS: 10 } };
  change(config);
  tracker = await LiveTracker.start({
    config,
    plan: parsePlan([{ stage: 'center-of-mass' }, { stage: 'auto-conv' }]),
    zLutOf: () => null,
    rois: () => (beads ? [BLINKING_ROI] : []),
    roiSize: BLINKING_ROI.size,
    rigFile: join(folder, 'rig.json'),
    log: (text) => log.push(text),
  });
}

export const url = () => `ws://127.0.0.1:${tracker.server.port}`;
export const calcium = () => (tracker.health() as { calcium: Calcium }).calcium;
export const open = () => LiveClient.open(url(), {}, (message) => told.push(message));
export const all = <Type extends LiveMessage['type']>(type: Type) =>
  told.filter((message): message is Message<Type> => message.type === type);

/** Numbers of frames, none far ahead of the thread. */
async function* paced(from: number, to: number): AsyncGenerator<number> {
  const before = calcium().measured;
  for (let id = from; id < to; id++) {
    const ahead = () => id - from - (calcium().measured - before);
    if (calcium().on && ahead() >= AHEAD) {
      await expect.poll(ahead, { interval: 2, timeout: 20_000 }).toBeLessThan(AHEAD / 2);
    }
    yield id;
  }
}

export async function film(from: number, to: number): Promise<void> {
  const filmed = await runCamera(blinkingCamera(paced(from, to)), {
    url: url(),
    signal: new AbortController().signal,
    log: () => {},
  });
  expect(filmed).toEqual({ sent: to - from, dropped: 0 });
}

/** Gives every test an empty folder and nothing logged or told, and closes its tracker. */
export function eachInFolder(): void {
  beforeEach(async () => {
    folder = temporaryFolder();
    log = [];
    told = [];
  });

  afterEach(() => tracker.close());
}
