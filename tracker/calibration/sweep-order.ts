import type { SweepPass } from '#protocol/sweep.ts';
import type { SweepSettings } from '#protocol/sweep-request.ts';

/** One plane of a sweep in the order they are taken. */
export interface PlaneOrder {
  zNm: number;
  pass: SweepPass;
}

/** A step of less than this share more reaches the end of the range all the same. */
const LAST_STEP = 1e-6;

/** Planes of all passes: rising, then, if asked for both ways, the same ones falling. */
export function planesOf({ fromNm, toNm, stepNm, bothWays }: SweepSettings): PlaneOrder[] {
  const steps = Math.floor((toNm - fromNm) / stepNm + LAST_STEP);
  const up = Array.from({ length: steps + 1 }, (_, plane) => fromNm + plane * stepNm);
  const planes: PlaneOrder[] = up.map((zNm) => ({ zNm, pass: 'up' }));
  return bothWays ? [...planes, ...up.reverse().map((zNm): PlaneOrder => ({ zNm, pass: 'down' }))] : planes;
}

/** Number of a pass in files. */
export const PASS_NUMBER = { up: 0, down: 1 } as const satisfies Record<SweepPass, number>;

/**
 * Where to go before a plane so that it is reached in the direction of its pass, or null when it is anyway; play would
 * else give the first plane of a pass the focus of the other direction.
 */
export function approachOf(
  planes: readonly PlaneOrder[],
  index: number,
  isFirst: boolean,
  stepNm: number,
  limits: { fromNm: number; toNm: number },
): number | null {
  const { zNm, pass } = planes[index]!;
  if (!isFirst && planes[index - 1]?.pass === pass) return null;
  const before = pass === 'up' ? zNm - stepNm : zNm + stepNm;
  return Math.min(Math.max(before, limits.fromNm), limits.toNm);
}
