import type { Clock } from '#motors/clock.ts';
import type { SweepPlaneMessage } from '#protocol/sweep.ts';
import type { SweepSettings } from '#protocol/sweep-request.ts';
import type { GuardedFocus } from './guarded-focus.ts';
import { Halt } from './halt.ts';
import { meanProfile } from './mean-profile.ts';
import type { CollectedPlane, PlaneCollector } from './plane-collector.ts';
import type { Strip } from './strip.ts';
import { approachOf, type PlaneOrder } from './sweep-order.ts';

/** What a sweep works with. */
export interface SweepWork {
  focus: GuardedFocus;
  collector: PlaneCollector;
  clock: Clock;
  settings: Pick<SweepSettings, 'framesPerPlane' | 'settleMs' | 'stepNm'>;
  planes: readonly PlaneOrder[];
  /** Index of the plane to begin with. */
  first: number;
  /** Told when the focus sets out for a plane, and when frames of it are taken. */
  onPhase(phase: 'moving' | 'collecting', plane: number): void;
  /** Told of a plane that has all its frames; the next begins when this resolves. */
  onPlane(plane: number, zNm: number, collected: CollectedPlane): Promise<void>;
}

/** A camera that sends nothing for so long while a plane is taken is gone, ms. */
const SILENT_MS = 30_000;

/**
 * Takes the planes of a sweep from the first that is missing on.
 * @throws the reason of `signal`; {Halt} when no frames come; what the focus stage, the disk or the frames throw
 */
export async function takePlanes(work: SweepWork, signal: AbortSignal): Promise<void> {
  const { focus, collector, settings, planes, first, onPhase, onPlane } = work;
  for (let plane = first; plane < planes.length; plane++) {
    const { zNm } = planes[plane]!;
    onPhase('moving', plane);
    const approachNm = approachOf(planes, plane, plane === first, settings.stepNm, focus);
    if (approachNm !== null) await focus.moveTo(approachNm, signal);
    const at = await focus.moveTo(zNm, signal);
    onPhase('collecting', plane);
    const afterNs = at.atNs + BigInt(Math.round(settings.settleMs * 1e6));
    const count = settings.framesPerPlane;
    const collected = await withinTime(work, signal, (either) =>
      collector.collect(plane * count, count, afterNs, either),
    );
    await onPlane(plane, at.zNm, collected);
    signal.throwIfAborted();
  }
}

/** Gives up when not one frame has come for long. */
async function withinTime<T>(
  { clock, collector }: SweepWork,
  signal: AbortSignal,
  collect: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const watch = async () => {
    for (let before = -1; before !== collector.frames; ) {
      before = collector.frames;
      await clock.sleep(SILENT_MS, over.signal);
    }
    over.abort(new Halt('gone', `no frame came for ${SILENT_MS / 1000} s`));
  };
  watch().catch(() => {});
  try {
    return await collect(AbortSignal.any([signal, over.signal]));
  } finally {
    over.abort();
  }
}

/** What viewers are told of a plane. */
export function planeMessage(
  sweep: string,
  strip: Strip,
  plane: number,
  order: PlaneOrder,
  zNm: number,
  { means }: CollectedPlane,
): SweepPlaneMessage {
  const beads = Uint32Array.from(strip.rois, ({ bead }) => bead);
  const profiles = means.map((mean, index) => meanProfile(mean, strip.rois[index]!.size));
  return { type: 'sweep-plane', sweep, plane, pass: order.pass, zNm, beads, profiles };
}

/** Bytes of profiles that a snapshot repeats. */
const SNAPSHOT_BYTES = 4 << 20;

/** The last planes, as many as a snapshot repeats. */
export function newestPlanes(planes: readonly SweepPlaneMessage[]): SweepPlaneMessage[] {
  let bytes = 0;
  const tooMany = planes.findLastIndex(({ profiles }) => {
    bytes += profiles.reduce((sum, { byteLength }) => sum + byteLength, 0);
    return bytes > SNAPSHOT_BYTES;
  });
  return planes.slice(tooMany + 1);
}
