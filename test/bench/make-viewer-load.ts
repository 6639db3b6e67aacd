// Measures the tracker with 0, 1 and 8 dashboards, one of the 8 stalled: npx tsx test/bench/make-viewer-load.ts [rounds] [frames a second]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { encodeLive, LIVE_PATH } from '#protocol/live.ts';
import { liveDefaults } from '#tracker/commands/bench/end-to-end.ts';
import { liveZLut, runLive } from '#tracker/commands/bench/live-bench.ts';
import { digits, median } from '#tracker/commands/bench/statistics.ts';

const SELF = fileURLToPath(import.meta.url);
const WATCHED = [0, 1, 2, 3, 4, 5, 6, 7];
const FOR_MS = 10_000;
const EXPERIMENT = { ...liveDefaults({}), engine: 'wasm' as const, beads: 50, fps: 100, forMs: FOR_MS };

/** Dashboards without a page, in a process of their own: each watches 8 beads and wants 30 pictures a second. */
async function view(port: number, count: number, stalled: number): Promise<void> {
  let bytes = 0;
  for (let viewer = 0; viewer < count; viewer++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${LIVE_PATH}`, { perMessageDeflate: false });
    await once(socket, 'open');
    const all = { left: 0, top: 0, width: 65_535, height: 65_535, maxWidth: 1024 };
    socket.send(encodeLive({ type: 'watch', id: 1, beads: WATCHED, seconds: 120 }));
    socket.send(encodeLive({ type: 'preview', id: 2, ...all, gamma: 1, fps: 30 }));
    if (viewer < stalled) socket.pause();
    else {
      socket.on('message', (message: Buffer) => {
        bytes += message.length;
      });
    }
    socket.on('error', () => {});
  }
  const startMs = performance.now();
  process.on('SIGTERM', () => {
    const seconds = (performance.now() - startMs) / 1000;
    process.stdout.write(`${bytes / seconds / Math.max(1, count - stalled)}\n`, () => process.exit());
  });
}

async function measure(count: number, stalled: number, zLut: Awaited<ReturnType<typeof liveZLut>>) {
  let viewers: ReturnType<typeof spawn> | undefined;
  let said = '';
  const onListening = (port: number) => {
    if (count === 0) return;
    const args = ['--import', 'tsx', SELF, '--view', `${port}`, `${count}`, `${stalled}`];
    viewers = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    viewers.stdout!.on('data', (text: Buffer) => {
      said += text;
    });
  };
  let isOver = false;
  // The tracker closes its links when it ends: the viewers are asked before.
  const onSample = (atMs: number) => {
    if (isOver || atMs < FOR_MS - 1000) return;
    isOver = true;
    viewers?.kill('SIGTERM');
  };
  const result = await runLive({ ...EXPERIMENT, onListening, onSample, sampleMs: 500 }, zLut);
  const { totals, latency, framesTracked, seconds, trackerCpu } = result;
  return {
    fps: framesTracked / seconds,
    dropped: totals.offered - totals.tracked,
    trackerCpu,
    p50Ms: latency['received-to-tracked']?.p50Ms ?? Number.NaN,
    p99Ms: latency['received-to-tracked']?.p99Ms ?? Number.NaN,
    bytesPerS: Number(said),
  };
}

const [flag, ...numbers] = process.argv.slice(2);
if (flag === '--view') {
  const [port, count, stalled] = numbers.map(Number);
  await view(port!, count!, stalled!);
} else {
  if (numbers[0] !== undefined) EXPERIMENT.fps = Number(numbers[0]);
  const zLut = await liveZLut(EXPERIMENT);
  const cases = [
    { viewers: 0, stalled: 0 },
    { viewers: 1, stalled: 0 },
    { viewers: 8, stalled: 1 },
  ];
  const runs = cases.map((): Awaited<ReturnType<typeof measure>>[] => []);
  for (let round = 0; round < Number(flag ?? 3); round++) {
    // In turn, so that what else the machine does is spread over all of them.
    for (const [at, { viewers, stalled }] of cases.entries()) {
      runs[at]!.push(await measure(viewers, stalled, zLut));
    }
  }
  const middle = (at: number, name: keyof (typeof runs)[number][number]) =>
    digits(median(runs[at]!.map((run) => run[name])));
  for (const [at, { viewers, stalled }] of cases.entries()) {
    const figures = {
      ...{ fps: middle(at, 'fps'), ofNone: digits(middle(at, 'fps') / middle(0, 'fps')) },
      ...{ dropped: middle(at, 'dropped'), trackerCpuCores: middle(at, 'trackerCpu') },
      ...{ trackerMsP50: middle(at, 'p50Ms'), trackerMsP99: middle(at, 'p99Ms') },
      bytesPerSecondEach: viewers === 0 ? null : middle(at, 'bytesPerS'),
    };
    const { beads, fps: fpsOffered } = EXPERIMENT;
    const load = digits(loadavg()[0]!);
    console.log(
      JSON.stringify({ viewers, stalled, beads, fpsOffered, rounds: runs[at]!.length, load, ...figures }),
    );
  }
}
