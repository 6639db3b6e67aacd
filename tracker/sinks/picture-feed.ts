import { encodeLive } from '#protocol/live.ts';
import { MOST_PICTURES_A_SECOND, type PictureWish, type PreviewMessage } from '#protocol/picture-request.ts';
import { FrameRange, SteadyRange } from './frame-range.ts';
import { PreviewMaker, type WholeFrame } from './preview.ts';
import type { Viewer } from './viewer.ts';

/** What a viewer gets that has not asked: the whole frame, however large. */
export const USUAL_WISH: PictureWish = {
  left: 0,
  top: 0,
  width: 65_535,
  height: 65_535,
  maxWidth: 800,
  fps: 15,
};

const RANGE_EVERY_MS = 100;
const MAP_EVERY_MS = 500;
const MAP_WIDTH = 160;
/** For the pictures of one frame; who is left out is first in the next. */
const MOST_MS_A_FRAME = 6;
/** Pictures take at most this share of the time. */
const MOST_SHARE = 0.2;
/** An animation frame of the browser may come a little early. */
const EARLY_MS = 2;

/** Sends every viewer the picture it wants, to those whose sockets are empty, as often as time is left for it. */
export class PictureFeed {
  readonly #viewers: ReadonlySet<Viewer>;
  readonly #now: () => number;
  readonly #maker = new PreviewMaker();
  readonly #frameRange = new FrameRange();
  readonly #steadyRange = new SteadyRange();
  #range = { black: 0, white: 1 };
  #rangeAtMs = Number.NEGATIVE_INFINITY;
  #restUntilMs = Number.NEGATIVE_INFINITY;

  /** @param now ms */
  constructor(viewers: ReadonlySet<Viewer>, now: () => number = () => performance.now()) {
    this.#viewers = viewers;
    this.#now = now;
  }

  /** Whether a picture is due and somebody would see it. */
  get isDue(): boolean {
    const nowMs = this.#now();
    if (nowMs < this.#restUntilMs) return false;
    for (const viewer of this.#viewers) if (isDue(viewer, nowMs)) return true;
    return false;
  }

  /** Sends pictures of a frame to those for whom one is due; its pixels are looked at during the call only. */
  send(whole: WholeFrame): void {
    const beganMs = this.#now();
    const due = [...this.#viewers].filter((viewer) => isDue(viewer, beganMs));
    due.sort((a, b) => a.pictureAtMs - b.pictureAtMs);
    const waiting = new Set(due);
    for (const viewer of due) {
      if (!waiting.has(viewer)) continue;
      if (this.#now() - beganMs > MOST_MS_A_FRAME) break;
      const alike = [...waiting].filter(({ wish }) => isSame(wish, viewer.wish));
      const bytes = encodeLive(this.#picture(whole, viewer.wish, beganMs));
      for (const other of alike) {
        waiting.delete(other);
        other.pictureAtMs = beganMs;
        other.send(bytes);
      }
    }
    this.#sendMaps(whole, due, beganMs);
    const tookMs = this.#now() - beganMs;
    this.#restUntilMs = beganMs + tookMs / MOST_SHARE;
  }

  /** A small picture of the whole frame for those who look at a part of it. */
  #sendMaps(whole: WholeFrame, due: readonly Viewer[], nowMs: number): void {
    const isPart = ({ left, top, width, height }: PictureWish) =>
      left > 0 || top > 0 || width < whole.width || height < whole.height;
    const waiting = due.filter(({ wish, mapAtMs }) => isPart(wish) && nowMs - mapAtMs >= MAP_EVERY_MS);
    if (waiting.length === 0) return;
    const picture = this.#picture(whole, { ...USUAL_WISH, maxWidth: MAP_WIDTH }, nowMs);
    const bytes = encodeLive({ ...picture, isMap: true });
    for (const viewer of waiting) {
      viewer.mapAtMs = nowMs;
      viewer.send(bytes);
    }
  }

  #picture(whole: WholeFrame, wish: PictureWish, nowMs: number): PreviewMessage {
    const isAutomatic = wish.black === undefined || wish.white === undefined;
    if (isAutomatic && nowMs - this.#rangeAtMs >= RANGE_EVERY_MS) {
      this.#rangeAtMs = nowMs;
      this.#range = this.#steadyRange.follow(this.#frameRange.of(whole.pixels, whole.width, whole.height));
    }
    const { black = this.#range.black, white = this.#range.white } = wish;
    return this.#maker.make(whole, { ...wish, black, white });
  }
}

function isDue({ wish, pictureAtMs, isIdle }: Viewer, nowMs: number): boolean {
  const { fps = MOST_PICTURES_A_SECOND } = wish;
  return fps > 0 && isIdle && nowMs - pictureAtMs >= 1000 / fps - EARLY_MS;
}

function isSame(one: PictureWish, other: PictureWish): boolean {
  const keys = ['left', 'top', 'width', 'height', 'maxWidth', 'black', 'white', 'gamma'] as const;
  return keys.every((key) => one[key] === other[key]);
}
