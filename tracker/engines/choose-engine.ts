import { availableParallelism } from 'node:os';
import { DeviceError } from '#protocol/errors.ts';
import type { Plan } from '#stages/plan.ts';
import type { EngineHost } from './engine-host.ts';
import { describeSpeed, measureSpeed, type Workload } from './measure-speed.ts';
import { selfTest, warmUp } from './self-test.ts';
import type { EngineKind } from './threads/engine-messages.ts';
import { startThreadHost } from './threads/thread-host.ts';
import { startWasmHost } from './wasm/wasm-host.ts';

export const ENGINE_CHOICES = ['auto', 'gpu', 'wasm', 'reference'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** Threads of an engine of the CPU at most: beyond, it waits for memory. */
export const MOST_THREADS = 16;

/** The engine that will track, and why it was chosen. */
export interface ChosenEngine {
  host: EngineHost;
  why: string;
  /** Speeds measured on the way, ROIs a second. */
  roisPerSecond: Partial<Record<EngineKind, number>>;
}

export interface EngineWishes {
  /** What will be tracked with, so that this is what is tested, measured and compiled; MagTrack's when left out. */
  plan?: Plan;
  /** What will be tracked; a usual experiment when left out. */
  workload?: Workload | undefined;
  /** Threads of an engine of the CPU; 0 or left out: one less than there are cores, for the sockets and the disk. */
  threads?: number;
  /** Told what a person should know of the engine while it runs. */
  onNotice?(text: string): void;
}

/**
 * Starts the engine that was asked for.
 *
 * `auto` takes `wasm`, or a real GPU that is faster on what will be tracked; each must agree with the reference on a
 * known example. It never takes a software adapter, and falls back on the reference.
 * @throws {DeviceError} when `gpu` is asked for and there is no adapter
 */
export async function chooseEngine(choice: EngineChoice, wishes: EngineWishes = {}): Promise<ChosenEngine> {
  switch (choice) {
    case 'auto':
      return chooseFastest(wishes);
    case 'gpu': {
      const host = await startGpu(wishes);
      const why = host.facts.fallback ? 'asked for; a software adapter: right, but slow' : 'asked for';
      return { host, why, roisPerSecond: {} };
    }
    case 'wasm':
      return { host: await startWasm(wishes), why: 'asked for', roisPerSecond: {} };
    case 'reference':
      return { host: await startReference(wishes), why: 'asked for', roisPerSecond: {} };
    default:
      return choice satisfies never;
  }
}

/** An engine that is open and gives right numbers, or why there is none. */
type Candidate = { host: EngineHost } | { host: null; why: string };

async function chooseFastest(wishes: EngineWishes): Promise<ChosenEngine> {
  const [gpu, wasm] = await Promise.all([
    candidate(() => startRealGpu(wishes), wishes),
    candidate(() => startWasm(wishes), wishes),
  ]);
  if (!gpu.host && !wasm.host) {
    return { host: await startReference(wishes), why: `${wasm.why}; ${gpu.why}`, roisPerSecond: {} };
  }
  if (!gpu.host) return { host: wasm.host!, why: gpu.why, roisPerSecond: {} };
  if (!wasm.host) return { host: gpu.host, why: wasm.why, roisPerSecond: {} };
  return takeFaster(gpu.host, wasm.host, wishes);
}

/** Opens an engine and holds it to the reference. */
async function candidate(open: () => Promise<EngineHost>, { plan }: EngineWishes): Promise<Candidate> {
  let host: EngineHost;
  try {
    host = await open();
  } catch (error) {
    return { host: null, why: (error as Error).message };
  }
  const difference = await selfTest(host, plan).catch((error: Error) => error.message);
  if (difference === null) return { host };
  await host.close();
  const { device, engine } = host.facts;
  return { host: null, why: `${engine} on '${device}' failed its self-test: ${difference}` };
}

/** Keeps the faster of two engines, and closes the other; measured in turn, since they would share cores. */
export async function takeFaster(
  gpu: EngineHost,
  wasm: EngineHost,
  { plan, workload }: EngineWishes,
): Promise<ChosenEngine> {
  const roisPerSecond = {
    wasm: await measureSpeed(wasm, plan, workload),
    gpu: await measureSpeed(gpu, plan, workload).catch(() => 0),
  };
  const [host, other] = roisPerSecond.gpu > roisPerSecond.wasm ? [gpu, wasm] : [wasm, gpu];
  await other.close();
  const why = `wasm ${describeSpeed(roisPerSecond.wasm)}, gpu ${describeSpeed(roisPerSecond.gpu)}`;
  return { host, why, roisPerSecond };
}

/** Looks for an adapter first, which takes a tenth of the time that a thread takes to find none. */
async function startRealGpu(wishes: EngineWishes): Promise<EngineHost> {
  const { findAdapter } = await import('./gpu/device.ts');
  const { info } = await findAdapter();
  if (info.isFallbackAdapter) {
    const received = `the software adapter '${info.description || info.vendor}'`;
    throw new DeviceError({ where: 'GPU', expected: 'a graphics card', received });
  }
  return startGpu(wishes);
}

function startGpu({ onNotice = () => {} }: EngineWishes): Promise<EngineHost> {
  return startThreadHost('gpu', { onNotice });
}

async function startWasm(wishes: EngineWishes): Promise<EngineHost> {
  const { plan, onNotice = () => {} } = wishes;
  const host = await startWasmHost({ threads: cpuThreads(wishes), onNotice });
  await warmUp(host, plan);
  return host;
}

async function startReference(wishes: EngineWishes): Promise<EngineHost> {
  const { plan, onNotice = () => {} } = wishes;
  const host = await startThreadHost('reference', { threads: cpuThreads(wishes), onNotice });
  await warmUp(host, plan);
  return host;
}

function cpuThreads({ threads = 0 }: EngineWishes): number {
  return Math.max(1, Math.min(MOST_THREADS, threads || availableParallelism() - 1));
}
