import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';
import { type WebSocket, WebSocketServer } from 'ws';
import { isCalciumRequest } from '#protocol/calcium-request.ts';
import { type ControlRequest, parseControlRequest } from '#protocol/control-request.ts';
import { noFates } from '#protocol/frame-fate.ts';
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
import type { Role } from '#protocol/role.ts';
import {
  beadsOnGrid,
  FAKE_ROI_SIZE,
  type FakeBeads,
  fakeFrame,
  fakePicture,
  fakeTiles,
  obeyBeads,
} from './fake-beads.ts';
import type { FakeCalcium } from './fake-calcium.ts';
import { fakeRun } from './fake-run.ts';
import {
  type FakeMoment,
  fakeHistory,
  fakeLatency,
  fakeProfile,
  fakeTracks,
  randomNumbers,
} from './fake-tracks.ts';

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
        dashboard.send(encodeLive(fakeHistory(this.#now(), own, request.seconds ?? 120)));
      }
      const profiled = this.beads.find(({ bead }) => bead === request.profileOf);
      if (profiled) dashboard.send(encodeLive(fakeProfile(this.#now(), profiled)));
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
      dashboard.send(encodeLive(fakeTracks(this.#now(), this.#watched.get(dashboard) ?? [])));
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

  #now(): FakeMoment {
    const { beads, fits, statusOf, noiseZNmOf } = this;
    return {
      ...{ beads, fits, statusOf, noiseZNmOf, frame: this.#frame, noise: this.#noise },
      ...{ fps: this.#fps, framesAMessage: this.#framesAMessage },
    };
  }

  #status(): LiveMessage {
    return {
      type: 'status',
      receivedFps: this.#fps + this.#noise(),
      trackedFps: this.#fps + this.#noise(),
      latency: fakeLatency(this.#noise),
      ledger: this.ledger,
      recorded: { rows: this.ledger.tracked! * this.beads.length, waiting: 0 },
      refusals: noRefusals(),
      ...(this.#calcium && { calcium: this.#calcium.status(10 * this.#framesAMessage) }),
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
