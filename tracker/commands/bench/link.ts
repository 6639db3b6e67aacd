import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { CameraEndpoint, type ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { FrameLedger, type LedgerTotals } from '#ingest/frame-ledger.ts';
import { CAMERA_PATH } from '#protocol/camera-link.ts';
import { layoutBytes } from '#protocol/frame-layout.ts';
import { frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';
import { sceneRois } from '#simulation/scene.ts';
import { LatencyHistogram } from '#sinks/latency-histogram.ts';
import { defaultConfig } from '../../config.ts';
import { type FilmOptions, filmCamera, startCamera } from './camera-process.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { thisMachine } from './machine.ts';
import { createPeer, inTurn } from './peer.ts';
import { digits, median } from './statistics.ts';

const REPEATS = 3;
const FOR_MS = 2000;
const FPS = 100;
const BEADS = 50;
const WAIT_MS = 20;

/** What a frame of a camera may be: 0.3, 1.3, 4.2 and 8.4 MB whole, and the ROIs of the second. */
const FRAMES: { width: number; height: number; pixelType: PixelFormat; roiStreaming: boolean }[] = [
  { width: 640, height: 480, pixelType: 'mono8', roiStreaming: false },
  { width: 1280, height: 1024, pixelType: 'mono8', roiStreaming: false },
  { width: 2048, height: 2048, pixelType: 'mono8', roiStreaming: false },
  { width: 2048, height: 2048, pixelType: 'mono16', roiStreaming: false },
  { width: 1280, height: 1024, pixelType: 'mono8', roiStreaming: true },
];

interface LinkOptions extends FilmOptions {
  roiStreaming: boolean;
  forMs: number;
}

interface LinkResult {
  fps: number;
  totals: LedgerTotals;
  latencyMs: { p50: number; p99: number };
}

/**
 * The way in alone: frames of another process, copied into a ring and settled at once. As fast as it goes for the
 * rate, then at a rate of its own (100 a second unless asked) for the latency from exposure to the ring. A frame that
 * arrived counts as tracked.
 */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { fps: [pacedFps = FPS] = [], for: forMs = FOR_MS, repeats = REPEATS, vs } = options;
  for (const kind of frameKinds(options)) {
    const machine = thisMachine();
    const { beads: [beads = BEADS] = [], roiSize: [roiSize = 64] = [] } = options;
    const film = { ...kind, beads: kind.roiStreaming ? beads : 1, roiSize, forMs };
    const { width, height, pixelType, roiStreaming } = film;
    const rois = sceneRois(filmCamera({ ...film, fps: 0 }).scene, roiSize);
    const shape = { width, height, pixelFormat: pixelType };
    const bytes = roiStreaming ? layoutBytes(shape, rois, 'rois') : frameBytes(shape);
    const conditions = {
      ...{ engine: null, preset: null, planes: null, iterations: null },
      ...{ roi: roiStreaming ? roiSize : null, pixelType, beads: film.beads },
    };
    const peer = vs === undefined ? undefined : createPeer(vs, conditions);
    const once = async () => ({
      fast: await receive({ ...film, fps: 0 }),
      paced: await receive({ ...film, fps: pacedFps }),
    });
    const { ours, wallMs } = await inTurn(repeats, once, peer);
    const fps = ours.map(({ fast }) => fast.fps);
    const rate = median(fps);
    const sum = (of: (totals: LedgerTotals) => number) =>
      ours.reduce((count, { fast, paced }) => count + of(fast.totals) + of(paced.totals), 0);
    yield {
      case: 'link',
      ...conditions,
      machine,
      repeats,
      width,
      height,
      roiStreaming,
      megabytes: digits(bytes / 1e6),
      usPerRoi: roiStreaming ? digits(1e6 / (rate * beads)) : null,
      roisPerSecond: roiStreaming ? digits(rate * beads) : null,
      framesOffered: sum(({ offered }) => offered),
      framesTracked: sum(({ tracked }) => tracked),
      framesDropped: sum(({ offered, tracked }) => offered - tracked),
      fps: digits(rate),
      fpsMax: digits(Math.max(...fps)),
      gigabytesPerSecond: digits((rate * bytes) / 1e9),
      latencyFps: pacedFps,
      latencyMsP50: digits(median(ours.map(({ paced }) => paced.latencyMs.p50))),
      latencyMsP99: digits(median(ours.map(({ paced }) => paced.latencyMs.p99))),
      ...(peer && { vs: peer.compare({ fps, wallMs }) }),
    };
  }
}

function frameKinds({ width, height, pixelType, roiStreaming }: BenchOptions): typeof FRAMES {
  if (width === undefined && height === undefined && roiStreaming === undefined && pixelType === undefined) {
    return FRAMES;
  }
  return (pixelType ?? ['mono8' as const]).map((type) => ({
    width: width ?? 1280,
    height: height ?? 1024,
    pixelType: type,
    roiStreaming: roiStreaming ?? false,
  }));
}

/** Takes the frames of a camera for a while. */
async function receive({ roiStreaming, forMs, ...film }: LinkOptions): Promise<LinkResult> {
  const filmed = filmCamera(film);
  const ledger = new FrameLedger(() => {});
  const latency = new LatencyHistogram();
  const ring: Uint8Array[] = [];
  const { window } = defaultConfig().camera;
  let arrived = 0;
  const endpoint = new CameraEndpoint({
    window,
    roiStreaming: roiStreaming ? 'auto' : 'never',
    ledger,
    onCamera: async () => {},
    onAway: () => {},
    onFrame: ({ pixels, timeNs, receivedNs }: ReceivedFrame) => {
      const place = arrived++ % window;
      const room = ring[place];
      if (room?.length === pixels.length) room.set(pixels);
      else ring[place] = pixels.slice();
      latency.add(Math.max(0, Number(receivedNs - timeNs) / 1e3));
      ledger.tracked(1);
      endpoint.settled(1);
    },
    onTrouble: (error) => {
      throw error;
    },
  });
  endpoint.setRois(sceneRois(filmed.scene, film.roiSize));
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: CAMERA_PATH, perMessageDeflate: false });
  sockets.on('connection', (socket) => endpoint.accept(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const camera = startCamera(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, filmed);
  try {
    const watch = async () => {
      while (arrived === 0) await pause(WAIT_MS);
      const [startMs, before] = [performance.now(), arrived];
      await pause(forMs);
      return (1000 * (arrived - before)) / (performance.now() - startMs);
    };
    const fps = await Promise.race([watch(), camera.failed]);
    await camera.stop();
    const latencyMs = { p50: latency.quantileUs(0.5) / 1e3, p99: latency.quantileUs(0.99) / 1e3 };
    return { fps, totals: ledger.totals(), latencyMs };
  } finally {
    await camera.stop();
    await endpoint.close();
    sockets.close();
    server.close();
  }
}
