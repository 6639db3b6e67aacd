import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LedgerTotals } from '#ingest/frame-ledger.ts';
import { DeviceError } from '#protocol/errors.ts';
import { presetPlan } from '#stages/presets.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { thisMachine } from './machine.ts';
import { createPeer, inTurn } from './peer.ts';
import { planIterations } from './scene.ts';
import { digits, median } from './statistics.ts';

const PROGRAM = fileURLToPath(new URL('../../bin.mjs', import.meta.url));
const REPEATS = 5;
const BEADS = 12;
const ASK_EVERY_MS = 10;

interface Start {
  listeningMs: number;
  firstTrackedMs: number;
  engine: 'reference' | 'wasm' | 'gpu';
  device: string;
  frames: LedgerTotals;
}

/** Time from the start of the process of `demo` until it says where the dashboard is, and until it has tracked a frame. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { beads: [beads = BEADS] = [], repeats = REPEATS, vs } = options;
  const [preset, engine, pixelType] = [
    options.preset?.[0] ?? 'magtrack',
    options.engine?.[0] ?? 'auto',
    options.pixelType?.[0] ?? 'mono8',
  ];
  const roi = options.roiSize?.[0] ?? 64;
  const args = [
    ...['demo', '--port', '0', '--no-record', '--preset', preset, '--engine', engine],
    ...['--beads', String(beads), '--roi-size', String(roi), '--pixel-format', pixelType],
  ];
  const machine = thisMachine();
  const iterations = planIterations(presetPlan(preset));
  const conditions = { preset, roi, pixelType, planes: null, beads, iterations };
  const peer = vs === undefined ? undefined : createPeer(vs, { ...conditions, engine: null });
  // The first one compiles TypeScript, and builds the dashboard where it has not been.
  await startDemo(args);
  const { ours, wallMs } = await inTurn(repeats, () => startDemo(args), peer);
  const of = (key: 'listeningMs' | 'firstTrackedMs') => ours.map((start) => start[key]);
  const sum = (key: 'offered' | 'tracked') => ours.reduce((count, { frames }) => count + frames[key], 0);
  yield {
    case: 'startup',
    ...conditions,
    engine: ours[0]!.engine,
    machine,
    device: ours[0]!.device,
    repeats,
    listeningMs: digits(median(of('listeningMs'))),
    listeningMsMin: digits(Math.min(...of('listeningMs'))),
    firstTrackedMs: digits(median(of('firstTrackedMs'))),
    firstTrackedMsMin: digits(Math.min(...of('firstTrackedMs'))),
    usPerRoi: null,
    roisPerSecond: null,
    framesOffered: sum('offered'),
    framesTracked: sum('tracked'),
    framesDropped: sum('offered') - sum('tracked'),
    fps: null,
    latencyMsP50: null,
    latencyMsP99: null,
    ...(peer && { vs: peer.compare({ wallMs }) }),
  };
}

async function startDemo(args: readonly string[]): Promise<Start> {
  const startMs = performance.now();
  const demo = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(demo, 'exit');
  try {
    const [, url] = await says(demo, /dashboard: (\S+)/);
    const listeningMs = performance.now() - startMs;
    const health = async () => (await fetch(new URL('/health', url))).json() as Promise<Health>;
    let answer = await health();
    while (answer.frames.tracked === 0) {
      await pause(ASK_EVERY_MS);
      answer = await health();
    }
    const firstTrackedMs = performance.now() - startMs;
    const { engine, device } = answer;
    demo.kill('SIGINT');
    const [, offered, tracked] = await says(demo, /frames: (\d+) offered, (\d+) tracked/);
    const frames = { ...answer.frames, offered: Number(offered), tracked: Number(tracked) };
    return { listeningMs, firstTrackedMs, engine, device, frames };
  } finally {
    demo.kill('SIGINT');
    await ended;
  }
}

interface Health extends Pick<Start, 'engine' | 'device' | 'frames'> {}

/** The first match in what a process prints from now on. */
async function says(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (text: Buffer) => {
      said += text;
      const match = pattern.exec(said);
      if (match) resolve(match);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', () => {
      reject(new DeviceError({ where: 'demo', expected: String(pattern), received: said.trim() }));
    });
  });
}
