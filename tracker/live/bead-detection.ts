import type { CameraEndpoint, ReceivedFrame } from '#ingest/camera-endpoint.ts';
import {
  chooseProposals,
  PROPOSAL_KINDS,
  type ProposalKind,
  type ProposalsMessage,
} from '#protocol/bead-proposal.ts';
import type { HelloMessage } from '#protocol/camera-link.ts';
import type { DetectBeadsRequest } from '#protocol/detect-beads.ts';
import { LimitError, RoiError } from '#protocol/errors.ts';
import { type Pixels, viewPixels } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import type { RoiTable } from '#rois/roi-table.ts';
import { proposeInThread } from './proposal-thread.ts';

/** A camera that is there sends one sooner. */
const FRAME_WITHIN_MS = 5000;
/** A message of about 200 kB. */
const MOST_PROPOSALS = 2000;

interface WholeFrame {
  id: number;
  pixels: Pixels;
  width: number;
  height: number;
}

/** The camera, which is asked for a whole frame where frames are cut to ROIs. */
type Camera = Pick<CameraEndpoint, 'askForPicture'>;

/** The run, if there is one: no bead is proposed in the middle of an ROI that it has. */
type Run = { roiTable: Pick<RoiTable, 'list'> } | null;

/** Proposes beads in the next whole frame, for one person at a time. */
export class BeadDetection {
  readonly #camera: Camera;
  readonly #frameWithinMs: number;
  #take: ((frame: WholeFrame) => void) | null = null;
  #busy = false;

  /** @param frameWithinMs for how long to wait for a frame */
  constructor(camera: Camera, frameWithinMs = FRAME_WITHIN_MS) {
    this.#camera = camera;
    this.#frameWithinMs = frameWithinMs;
  }

  /** Takes a copy of a frame when one is wanted; otherwise it costs nothing. */
  frame({ id, pixels, picture, rois }: ReceivedFrame, { width, height, pixelFormat }: HelloMessage): void {
    if (!this.#take) return;
    const whole = rois ? picture : pixels;
    if (!whole) {
      this.#camera.askForPicture();
      return;
    }
    const copy = viewPixels(new Uint8Array(whole).buffer, pixelFormat, 0, width * height);
    this.#take({ id, pixels: copy, width, height });
    this.#take = null;
  }

  /**
   * @throws {LimitError} while a search is going on
   * @throws {RoiError} when no frame comes, or there are no rings at the seed
   */
  async detect(request: DetectBeadsRequest, run: Run): Promise<ProposalsMessage> {
    if (this.#busy) {
      const [expected, received] = ['one search at a time', 'another while one is going on'];
      throw new LimitError({ where: request.type, expected, received, remedy: 'ask again in a second' });
    }
    this.#busy = true;
    try {
      const {
        roiSize,
        clearance,
        seed,
        minScore = 0,
        kinds = Object.keys(PROPOSAL_KINDS) as ProposalKind[],
      } = request;
      const { id, ...frame } = await this.#nextFrame();
      const all = await proposeInThread({ ...frame, options: { roiSize, clearance, seed } });
      const rois = run?.roiTable.list() ?? [];
      const chosen = chooseProposals(all, { minScore, kinds });
      const free = chosen.filter((proposal) => !rois.some((roi) => isInMiddle(proposal, roi)));
      const tracked = chosen.length - free.length;
      const proposals = free.slice(0, MOST_PROPOSALS);
      return { type: 'proposals', id: request.id, frame: id, proposals, tracked };
    } finally {
      this.#busy = false;
    }
  }

  #nextFrame(): Promise<WholeFrame> {
    const frameWithinMs = this.#frameWithinMs;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#take = null;
        const expected = `a whole frame within ${frameWithinMs} ms`;
        reject(
          new RoiError({ where: 'detect-beads', expected, received: 'none', remedy: 'start the camera' }),
        );
      }, frameWithinMs);
      timer.unref();
      this.#take = (frame) => {
        clearTimeout(timer);
        resolve(frame);
      };
    });
  }
}

/** Whether a place is within a quarter of an ROI of its middle, where its own bead is. */
function isInMiddle({ xPx, yPx }: { xPx: number; yPx: number }, { left, top, size }: Roi): boolean {
  return Math.hypot(xPx - left - size / 2, yPx - top - size / 2) < size / 4;
}
