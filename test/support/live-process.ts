import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { assertAccounted, type LedgerTotals } from '#ingest/frame-ledger.ts';
import { type CommandResult, followCommand, type RunningCommand, startCommand } from './cli.ts';

/** ms: many times what an end takes, and less than the 30 s after which a dashboard that reads nothing is cut off. */
const ENDS_IN_MS = 20_000;

/** A tracker in a process of its own. */
export interface LiveProcess extends RunningCommand {
  port: number;
  /** For cameras. */
  url: string;
  /** Frames by fate, as `/health` has them; throws where they do not add up. */
  totals(): Promise<LedgerTotals>;
  /** A sample of `/metrics`. */
  metric(name: string): Promise<number>;
  /** Asks it to end; what it does not do within 20 s it is killed for. */
  stop(signal?: NodeJS.Signals): Promise<CommandResult & { folder: string }>;
}

/** Writes a list of ROIs of 48 px, each around a middle. */
function writeRois(path: string, middles: readonly { xPx: number; yPx: number }[]): string {
  const lines = middles.map(({ xPx, yPx }, bead) => `${bead},${xPx},${yPx},48\n`);
  writeFileSync(path, `bead,xPx,yPx,size\n${lines.join('')}`);
  return path;
}

/** Starts `serve` for the running test. */
export async function startServe(
  folder: string,
  rois: readonly { xPx: number; yPx: number }[],
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<LiveProcess> {
  const list = writeRois(join(folder, 'rois.csv'), rois);
  const serve = startCommand(['serve', '--port', '0', '--rois', list, ...args], env);
  onTestFinished(() => void serve.process.kill('SIGKILL'));
  const [, url] = await serve.says(/cameras: +(ws:\S+)\/camera/);
  const port = Number(new URL(url!).port);
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  return {
    ...serve,
    port,
    url: url!,
    async totals() {
      const { frames } = JSON.parse(await get('/health')) as { frames: LedgerTotals };
      assertAccounted(frames);
      return frames;
    },
    async metric(name) {
      const line = (await get('/metrics')).split('\n').find((text) => text.startsWith(`${name} `));
      return Number(line?.slice(name.length));
    },
    async stop(signal = 'SIGTERM') {
      serve.process.kill(signal);
      const timer = setTimeout(() => serve.process.kill('SIGKILL'), ENDS_IN_MS);
      const result = await serve.done;
      clearTimeout(timer);
      const folder = /^recording: (.*)$/m.exec(result.stdout)?.[1] ?? '';
      return { ...result, folder };
    },
  };
}

/** Starts the simulated camera for the running test. */
export function startSimulated(url: string, ...args: string[]): RunningCommand {
  const camera = startCommand(['camera', 'simulated', '--to', url, ...args]);
  onTestFinished(() => void camera.process.kill('SIGKILL'));
  return camera;
}

/** Starts `frame-camera.ts` for the running test. */
export function startFrameCamera(url: string, name: string, ids: string, end = 'bye'): RunningCommand {
  const script = fileURLToPath(new URL('./frame-camera.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, url, name, ids, end]);
  onTestFinished(() => void child.kill('SIGKILL'));
  return followCommand(child);
}

/** Numbers of a line such as `frames: 150 offered, 148 tracked, 2 dropped-adapter`. */
export function reportedFates(stdout: string): Record<string, number> {
  const line = /^frames: (.*)$/m.exec(stdout)?.[1] ?? '';
  return Object.fromEntries(
    [...line.matchAll(/(\d+) ([a-z-]+)/g)].map(([, count, fate]) => [fate, Number(count)]),
  );
}
