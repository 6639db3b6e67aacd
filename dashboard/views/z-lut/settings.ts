import { formatFixed } from '../../words/format-number.ts';

/** Which beads a sweep takes. */
export type BeadChoice = 'all' | 'selected' | 'list';

/** The form of a sweep as it was typed. */
export interface SweepForm {
  beads: BeadChoice;
  /** E.g. `0, 3, 5-9`. */
  list: string;
  fromNm: string;
  toNm: string;
  stepNm: string;
  framesPerPlane: string;
  bothWays: boolean;
  settleMs: string;
}

/** What the form asks for; all beads when they are left out. */
export interface SweepAsk {
  fromNm: number;
  toNm: number;
  stepNm: number;
  framesPerPlane: number;
  bothWays: boolean;
  settleMs: number;
  assign: false;
  beads?: number[];
}

/** What the form is held to. */
export interface SweepBounds {
  /** Of the focus stage, nm. */
  fromNm: number;
  toNm: number;
  beads: readonly number[];
  selected: readonly number[];
}

const MOST_PLANES = 5000;
/** Planes that a table has at least. */
const LEAST_PLANES = 8;
/** For a move to arrive and be settled, about. */
const MOVE_S = 0.2;

/**
 * Numbers of beads such as `0, 3, 5-9`, in order and each once.
 * @returns null when it is no such list, or an empty one
 */
export function parseBeads(text: string): number[] | null {
  const beads = new Set<number>();
  for (const part of text.split(/[\s,;]+/).filter((piece) => piece !== '')) {
    const [, first, last = first] = /^(\d{1,6})(?:[-–](\d{1,6}))?$/.exec(part) ?? [];
    if (first === undefined || Number(last) < Number(first) || Number(last) - Number(first) > 10_000) {
      return null;
    }
    for (let bead = Number(first); bead <= Number(last); bead++) beads.add(bead);
  }
  return beads.size > 0 ? [...beads].sort((a, b) => a - b) : null;
}

/** What a form asks for, or what is wrong with it by field. */
export function readSweepForm(
  form: SweepForm,
  bounds: SweepBounds,
): { ask: SweepAsk } | { wrong: Partial<Record<keyof SweepForm, string>> } {
  const wrong: Partial<Record<keyof SweepForm, string>> = {};
  const number = (field: keyof SweepForm, least: number, most: number, unit: string, whole = false) => {
    const value = form[field] === '' ? Number.NaN : Number(form[field]);
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    const range = `${formatFixed(least, 0)} to ${formatFixed(most, 0)}`;
    wrong[field] = `${whole ? 'a whole number' : 'a number'} from ${range}${unit}`;
    return Number.NaN;
  };
  const fromNm = number('fromNm', bounds.fromNm, bounds.toNm, ' nm, the range of the focus stage');
  const toNm = number('toNm', bounds.fromNm, bounds.toNm, ' nm, the range of the focus stage');
  const stepNm = number('stepNm', 0.1, 100_000, ' nm');
  const framesPerPlane = number('framesPerPlane', 1, 1000, '', true);
  const settleMs = number('settleMs', 0, 60_000, ' ms');
  if (toNm <= fromNm) wrong.toNm = 'more than where it begins';
  const steps = (toNm - fromNm) / stepNm;
  if (steps + 1 < LEAST_PLANES) wrong.stepNm = `a step that makes at least ${LEAST_PLANES} planes`;
  if (steps > MOST_PLANES) wrong.stepNm = `a step that makes at most ${MOST_PLANES} planes`;
  const beads = chosenBeads(form, bounds, wrong);
  if (Object.keys(wrong).length > 0) return { wrong };
  const { bothWays } = form;
  const ask: SweepAsk = { fromNm, toNm, stepNm, framesPerPlane, bothWays, settleMs, assign: false };
  return { ask: beads ? { ...ask, beads } : ask };
}

function chosenBeads(
  form: SweepForm,
  { beads, selected }: SweepBounds,
  wrong: Partial<Record<keyof SweepForm, string>>,
): number[] | null {
  if (beads.length === 0) wrong.beads = 'a bead: add one in the Live Camera';
  if (form.beads === 'all') return null;
  if (form.beads === 'selected') {
    if (selected.length === 0) wrong.beads = 'a selected bead: click one in the Live Camera';
    return [...selected].sort((a, b) => a - b);
  }
  const listed = parseBeads(form.list);
  const unknown = listed?.find((bead) => !beads.includes(bead));
  if (!listed) wrong.list = 'numbers of beads such as 0, 3, 5-9';
  else if (unknown !== undefined) wrong.list = `beads that are there; bead ${unknown} is not`;
  return listed;
}

/** What decides how long a sweep takes. */
type SweepExtent = Pick<SweepAsk, 'fromNm' | 'toNm' | 'stepNm' | 'bothWays' | 'framesPerPlane' | 'settleMs'>;

/** Planes of all passes. */
export function planesOfSweep({ fromNm, toNm, stepNm, bothWays }: SweepExtent): number {
  // The same allowance as the tracker's for a step that nearly reaches the end.
  return (Math.floor((toNm - fromNm) / stepNm + 1e-6) + 1) * (bothWays ? 2 : 1);
}

/** s that a sweep takes, about; NaN without a frame rate. */
export function sweepDurationS(ask: SweepExtent, fps: number): number {
  const planeS = ask.framesPerPlane / fps + ask.settleMs / 1000 + MOVE_S;
  return fps > 0 ? planesOfSweep(ask) * planeS : Number.NaN;
}

/** E.g. `about 40 s` or `about 3 min`. */
export function aboutDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'a time that is not known yet';
  if (seconds < 100) return `about ${Math.max(1, Math.round(seconds))} s`;
  return `about ${Math.round(seconds / 60)} min`;
}
