import type { EngineHost, FrameRoom } from '#engines/engine-host.ts';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { FrameThread, type FrameThreadOptions } from '#movies/frame-thread.ts';
import type { MovieSubject } from '#protocol/movie.ts';
import type { FrameShape } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';

/** Frames that wait at least before one is lost, however large they are, and at most, however small. */
const LEAST_WAITING = 2;
const MOST_WAITING = 1024;

export interface MovieOutputOptions extends Pick<FrameThreadOptions, 'onReply'> {
  shape: FrameShape;
  host: Pick<EngineHost, 'holdRoom' | 'returnRoom'>;
  queueBytes: number;
  /** The thread died, with so many frames. */
  onDeath(cause: unknown, frames: number): void;
}

/** A thread that takes frames of a run, whole or as ROIs, and is left out of one rather than waited for. */
export class MovieOutput {
  readonly thread: FrameThread;
  readonly #options: MovieOutputOptions;
  #isOver = false;

  constructor(options: MovieOutputOptions) {
    const { host, onDeath, onReply, shape } = options;
    const { height, pixelFormat, width } = shape;
    this.#options = options;
    this.thread = new FrameThread({
      release: (room) => host.returnRoom(room),
      onReply,
      onEnd: (cause, frames) => {
        this.#isOver = true;
        if (cause !== null) onDeath(cause, frames);
      },
    });
    this.thread.send({ type: 'camera', shape: { height, pixelFormat, width } });
  }

  /** @param rois of the beads now, a list that does not change */
  offer(frame: ReceivedFrame, room: FrameRoom, subject: MovieSubject, rois: readonly Roi[]): void {
    const { host, queueBytes } = this.#options;
    const isWhole = frame.rois === null;
    const ofRois = subject === 'rois' ? (frame.rois ?? rois) : null;
    // A camera that was asked for whole frames only now has cut those under way.
    if (this.#isOver || (ofRois === null ? !isWhole : ofRois.length === 0)) return;
    const most = Math.min(MOST_WAITING, Math.max(LEAST_WAITING, queueBytes / room.pixels.length));
    if (this.thread.waiting >= most) {
      this.thread.miss();
      return;
    }
    host.holdRoom(room);
    const { id, receivedNs, timeNs } = frame;
    this.thread.push({ id, timeNs, receivedNs, room, rois: ofRois, isWhole });
  }
}
