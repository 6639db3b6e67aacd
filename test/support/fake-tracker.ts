import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { type WebSocket, WebSocketServer } from 'ws';
import { isCalciumRequest } from '#protocol/calcium-request.ts';
import { type ControlRequest, parseControlRequest } from '#protocol/control-request.ts';
import { noFates } from '#protocol/frame-fate.ts';
import type { LatencyBudgetStatus } from '#protocol/latency-step.ts';
import {
  encodeLive,
  LIVE_PATH,
  LIVE_VERSION,
  type LiveBead,
  type LiveCamera,
  type LiveMessage,
} from '#protocol/live.ts';
import type { PictureWish } from '#protocol/picture-request.ts';
import { noRefusals } from '#protocol/refusal.ts';
import { roiAround } from '#protocol/roi.ts';
import type { Role } from '#protocol/role.ts';
import { makeTrace, type TraceColumn } from '#protocol/trace-columns.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { FAKE_ROI_SIZE, type FakeBeads, fakeFrame, fakePicture, fakeTiles, obeyBeads } from './fake-beads.ts';
import type { FakeCalcium } from './fake-calcium.ts';
import { fakeRun } from './fake-run.ts';

export interface FakeTrackerOptions {
  /** Folder that is served as the page. */
  page: string;
  beads: number;
  role?: Role;
  width?: number;
  height?: number;
  /** nm per px; NaN for a camera that does not say. */
  pixelSizeNm?: number;
  /** Whether it says how far off its numbers may be. */
  fits?: boolean;
  /** Frames a second; a multiple of 20. */
  fps?: number;
  /** Cells it measures; a tracker that knows nothing of them when left out. */
  calcium?: FakeCalcium;
}

const USUAL_FPS = 100;
const MESSAGES_A_SECOND = 20;
const USUAL_WISH: PictureWish = { left: 0, top: 0, width: 65_535, height: 65_535, maxWidth: 400 };

/**
 * The tracker's side of the live protocol with invented beads that tremble about the middle of their ROIs:
 * the dashboard's tests run against it in their own process and see every request.
 */
export class FakeTracker {
  /** Every control request, oldest first. */
  readonly requests: ControlRequest[] = [];
  /** Status bits to report instead of 0, by bead. */
  readonly statusOf = new Map<number, number>();
  /** Noise of z to report instead of 12 nm, by bead. */
  readonly noiseZNmOf = new Map<number, number>();
  readonly camera: LiveCamera;
  readonly fits: boolean;
  readonly field: FakeBeads;
  readonly role: Role;
  ledger: Record<string, number> = { offered: 0, 'in-flight': 0, ...noFates() };
  /** Answers only and tells nothing by itself while true. */
  isHeld = false;
  /** Refuses new connections of dashboards while false. */
  acceptsDashboards = true;

  readonly #calcium: FakeCalcium | undefined;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #watched = new Map<WebSocket, readonly number[]>();
  readonly #wishes = new Map<WebSocket, PictureWish>();
  readonly #wantTiles = new Set<WebSocket>();
  readonly #noise = randomNumbers(7);
  readonly #fps: number;
  readonly #framesAMessage: number;
  #messages = 0;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor({
    page,
    beads,
    width = 640,
    height = 480,
    pixelSizeNm = 100,
    fits = false,
    fps = USUAL_FPS,
    role = 'operator',
    calcium,
  }: FakeTrackerOptions) {
    this.#calcium = calcium;
    this.#fps = fps;
    this.role = role;
    this.#framesAMessage = fps / MESSAGES_A_SECOND;
    this.fits = fits;
    this.camera = {
      camera: 'simulated',
      connected: true,
      width,
      height,
      pixelFormat: 'mono8',
      fps,
      pixelSizeNm,
    };
    this.field = { beads: beadsOnGrid(beads, width, height), nextBead: beads, width, height };
    const serve = sirv(page, { dev: true });
    this.#http = createServer((request, response) => serve(request, response));
    this.#http.on('upgrade', (request, socket, head) => {
      if (!this.acceptsDashboards || request.url !== LIVE_PATH) return socket.destroy();
      this.#sockets.handleUpgrade(request, socket, head, (dashboard) => this.#welcome(dashboard));
    });
  }

  get beads(): LiveBead[] {
    return this.field.beads;
  }

  set beads(beads: LiveBead[]) {
    this.field.beads = beads;
  }

  /** Serves on a free port of 127.0.0.1 and resolves to the address of the page. */
  async start(): Promise<string> {
    await new Promise<void>((listening) => this.#http.listen(0, '127.0.0.1', listening));
    this.#timer = setInterval(() => this.#tick(), 1000 / MESSAGES_A_SECOND);
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
  }

  /** Breaks every connection without a word, as a crash does. */
  dropDashboards(): void {
    for (const dashboard of this.#sockets.clients) dashboard.terminate();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.dropDashboards();
    this.#http.closeAllConnections();
    await new Promise((closed) => this.#http.close(closed));
  }

  /** Sends a message to every dashboard. */
  tell(message: LiveMessage): void {
    for (const dashboard of this.#sockets.clients) dashboard.send(encodeLive(message));
  }

  #welcome(dashboard: WebSocket): void {
    this.#watched.set(dashboard, []);
    dashboard.on('message', (bytes: Buffer) => this.#answer(dashboard, parseControlRequest(bytes)));
    dashboard.on('close', () => {
      this.#watched.delete(dashboard);
      this.#wishes.delete(dashboard);
      this.#wantTiles.delete(dashboard);
      this.#calcium?.forget(dashboard);
    });
    const snapshot: LiveMessage = {
      type: 'snapshot',
      version: LIVE_VERSION,
      camera: this.camera,
      beads: this.beads,
      role: this.role,
      roiSize: FAKE_ROI_SIZE,
      engine: {
        engine: 'reference',
        device: 'float64 on the CPU',
        why: 'no WebGPU adapter was found, so the reference engine computes',
      },
      pipeline: ['center-of-mass', 'auto-conv', 'radial-profile', 'z-lookup'],
      fits: this.fits,
      recording: '/measurements/2026-11-21T10-15-00',
      ...(this.#calcium && { calcium: this.#calcium.state }),
    };
    dashboard.send(encodeLive(snapshot));
  }

  #answer(dashboard: WebSocket, request: ControlRequest): void {
    this.requests.push(request);
    const error = this.#obey(dashboard, request);
    const isChange = !['watch', 'preview', 'tiles', 'detect-beads'].includes(request.type);
    if (error === null && isChange) this.tell({ type: 'beads', beads: this.beads });
    dashboard.send(encodeLive({ type: 'reply', id: request.id, error }));
  }

  #obey(dashboard: WebSocket, request: ControlRequest): string | null {
    if (this.#calcium && isCalciumRequest(request)) {
      const moment = { role: this.role, timeS: this.#frame / this.#fps };
      const say = (message: LiveMessage) => dashboard.send(encodeLive(message));
      return this.#calcium.obey(dashboard, request, moment, say, (message) => this.tell(message));
    }
    if (request.type === 'watch') {
      this.#watched.set(dashboard, request.beads);
      for (const own of this.beads) {
        if (!request.beads.includes(own.bead)) continue;
        dashboard.send(encodeLive(this.#history(own, request.seconds ?? 120)));
      }
      const profiled = this.beads.find(({ bead }) => bead === request.profileOf);
      if (profiled) dashboard.send(encodeLive(this.#profile(profiled)));
      return null;
    }
    if (request.type === 'preview') this.#wishes.set(dashboard, request);
    if (request.type === 'tiles') {
      if (request.wanted) this.#wantTiles.add(dashboard);
      else this.#wantTiles.delete(dashboard);
    }
    if (request.type === 'preview' || request.type === 'tiles') return null;
    if (this.role !== 'operator') return `E_ACCESS ${request.type}: expected the role operator`;
    if (request.type === 'set-rig') {
      this.tell({ type: 'run-state', run: fakeRun(request.choices) });
      return null;
    }
    const answer = obeyBeads(this.field, request);
    if (!answer) return 'E_DEVICE focus stage: expected one, received none';
    if (answer.message) dashboard.send(encodeLive(answer.message));
    return answer.error;
  }

  #tick(): void {
    if (this.isHeld) return;
    this.#frame += this.#framesAMessage;
    this.ledger.offered! += this.#framesAMessage;
    this.ledger.tracked! += this.#framesAMessage;
    for (const dashboard of this.#sockets.clients) {
      dashboard.send(encodeLive(this.#tracks(this.#watched.get(dashboard) ?? [])));
      const fromS = (this.#frame - this.#framesAMessage) / this.#fps;
      for (const message of this.#calcium?.messages(dashboard, fromS, this.#frame / this.#fps, this.#fps) ??
        []) {
        dashboard.send(encodeLive(message));
      }
    }
    this.#messages++;
    if (this.#messages % 2 === 0) this.#sendPictures();
    if (this.#messages % 10 === 0) this.tell(this.#status());
  }

  #tracks(watched: readonly number[]): LiveMessage {
    const { beads } = this;
    const newest = makeTrace(this.fits, (name) =>
      Float64Array.from(beads, (bead) =>
        name === 'timeS' ? this.#frame / this.#fps : this.#value(bead, name),
      ),
    );
    const traces = watched.flatMap((id) => {
      const own = beads.find(({ bead }) => bead === id);
      if (!own) return [];
      const trace = makeTrace(this.fits, (name) =>
        Float64Array.from({ length: this.#framesAMessage }, (_, at) =>
          name === 'timeS' ? (this.#frame - this.#framesAMessage + at) / this.#fps : this.#value(own, name),
        ),
      );
      return [{ bead: id, ...trace }];
    });
    const noise = (value: number) => new Float64Array(beads.length).fill(value);
    return {
      type: 'tracks',
      traces,
      newest: {
        ...newest,
        beads: Uint32Array.from(beads, ({ bead }) => bead),
        status: Uint16Array.from(beads, ({ bead }) => this.statusOf.get(bead) ?? 0),
        ...{ noiseXPx: noise(0.17), noiseYPx: noise(0.17) },
        noiseZNm: Float64Array.from(beads, ({ bead }) => this.noiseZNmOf.get(bead) ?? 12),
      },
    };
  }

  /** A value of a bead at this moment; NaN while it is lost. */
  #value({ bead, left, top, size }: LiveBead, column: TraceColumn): number {
    if (((this.statusOf.get(bead) ?? 0) & TRACK_STATUS.lost) !== 0) return Number.NaN;
    const values: Record<TraceColumn, number> = {
      xPx: left + size / 2 + 0.3 * this.#noise(),
      yPx: top + size / 2 + 0.3 * this.#noise(),
      zNm: 1500 + 400 * Math.sin(bead) + 20 * this.#noise(),
      score: 0.99 + 0.005 * this.#noise(),
      ...{ sigmaXPx: 0.17, sigmaYPx: 0.17, sigmaZNm: 12, chiSquared: 1 + 0.1 * this.#noise() },
    };
    return values[column];
  }

  /** Rings, and the plane of a Z-LUT that is a little brighter. */
  #profile({ bead }: LiveBead): LiveMessage {
    const radii = Float64Array.from({ length: FAKE_ROI_SIZE / 2 }, (_, radius) => radius);
    const counts = radii.map((radius) => 120 + 95 * Math.cos(radius * 0.65) * Math.exp(-radius / 12));
    const plane = { zNm: 1480, counts: counts.map((value) => value + 2) };
    return { type: 'profile', bead, frame: this.#frame, zNm: 1500, unit: 'px', radii, counts, plane };
  }

  #status(): LiveMessage {
    return {
      type: 'status',
      receivedFps: this.#fps + this.#noise(),
      trackedFps: this.#fps + this.#noise(),
      latency: this.#latency(),
      ledger: this.ledger,
      recorded: { rows: this.ledger.tracked! * this.beads.length, waiting: 0 },
      refusals: noRefusals(),
      ...(this.#calcium && { calcium: this.#calcium.status(10 * this.#framesAMessage) }),
    };
  }

  /** A past as long as was asked for, before the first frame of this process. */
  #history({ bead, left, top, size }: LiveBead, seconds: number): LiveMessage {
    const bucketS = seconds / 1000;
    const untilS = this.#frame / this.#fps;
    const buckets = Array.from({ length: 1000 }, () => this.#noise());
    const column = (middle: number, spread: number, offset: number) =>
      Float64Array.from(buckets, (noise) => middle + spread * (0.5 * noise + offset));
    const timeS = Float64Array.from(buckets, (_, at) => untilS - (1000 - at) * bucketS);
    const x = left + size / 2;
    const y = top + size / 2;
    const z = 1500 + 400 * Math.sin(bead);
    const extreme = (offset: number) => ({
      xPx: column(x, 0.3, offset),
      yPx: column(y, 0.3, offset),
      zNm: column(z, 20, offset),
    });
    return {
      ...{ type: 'history', bead, bucketS, untilS, timeS },
      ...{ min: extreme(-0.5), max: extreme(0.5), last: extreme(0) },
    };
  }

  #latency(): LatencyBudgetStatus {
    const percentiles = (p50Ms: number) => ({
      p50Ms: p50Ms * (1 + 0.05 * this.#noise()),
      p99Ms: p50Ms * (2 + 0.2 * this.#noise()),
    });
    return {
      'camera-to-received': percentiles(0.9),
      'received-to-submitted': percentiles(0.04),
      'submitted-to-tracked': percentiles(1.4),
      'tracked-to-sent': percentiles(24),
      'camera-to-tracked': percentiles(2.4),
      'received-to-tracked': percentiles(1.5),
    };
  }

  #sendPictures(): void {
    if (this.#sockets.clients.size === 0) return;
    const pixels = fakeFrame(this.field, this.#noise);
    for (const dashboard of this.#sockets.clients) {
      const wish = this.#wishes.get(dashboard) ?? USUAL_WISH;
      const picture = fakePicture(this.#frame, pixels, this.field, wish);
      dashboard.send(encodeLive(picture));
      if (wish.left > 0 || wish.top > 0 || wish.width < this.field.width) {
        const map = fakePicture(this.#frame, pixels, this.field, USUAL_WISH);
        dashboard.send(encodeLive({ ...map, isMap: true }));
      }
      if (this.#wantTiles.has(dashboard) && this.#messages % 10 === 0) {
        dashboard.send(encodeLive(fakeTiles(this.#frame, pixels, this.field)));
      }
    }
  }
}

/** ROIs row by row with a gap around each, as many to a row as keeps the grid in the frame's shape. */
function beadsOnGrid(count: number, width: number, height: number): LiveBead[] {
  const columns = Math.ceil(Math.sqrt((count * width) / height));
  const rows = Math.ceil(count / columns);
  return Array.from({ length: count }, (_, bead) => {
    const xPx = ((bead % columns) + 0.5) * (width / columns);
    const yPx = (Math.floor(bead / columns) + 0.5) * (height / rows);
    return { ...roiAround(bead, Math.round(xPx), Math.round(yPx), FAKE_ROI_SIZE), zLut: 'simulated' };
  });
}

/** Seeded numbers from -1 to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
