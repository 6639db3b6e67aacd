import { describeMethod, type ZLut } from '#protocol/z-lut.ts';
import type { ZLutModel } from '#protocol/z-lut-model.ts';
import type { ZLutOrigin } from '#protocol/z-lut-origin.ts';
import { ringRadiiPx } from '#protocol/z-lut-radii.ts';

/** No focal sweep has finer steps, nor a shorter way. */
const LEAST_STEP_NM = 1;
const LEAST_RANGE_NM = 100;

type Fact = readonly [name: string, text: string];

/** What a Z-LUT says of itself, one line a fact. */
export function describeZLut(zLut: ZLut): string[] {
  const facts = [
    ...tableFacts(zLut),
    ...(zLut.model ? [['model', describeModel(zLut.model)] as const] : []),
    ...originFacts(zLut.origin ?? {}),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

function tableFacts({ planes, radii, planeZNm, profiles, method }: ZLut): Fact[] {
  const counts = profiles.filter(Number.isFinite);
  const empty = profiles.length - counts.length;
  const radiiPx = ringRadiiPx(method, radii);
  return [
    [
      'z',
      `${planes} planes, ${round(planeZNm[0]!)} to ${round(planeZNm.at(-1)!)} nm, ${describeSteps(planeZNm)}`,
    ],
    ['radii', radiiPx ? `${radii}, ${round(radiiPx[0]!)} to ${round(radiiPx.at(-1)!)} px` : `${radii}`],
    [
      'profiles',
      method
        ? `${describeMethod(method)}, ROIs of ${method.roiSize} px`
        : 'not said, so of whole pixels in the nearest rings',
    ],
    [
      'counts',
      `${round(extreme(counts, Math.min))} to ${round(extreme(counts, Math.max))}${empty > 0 ? `, ${empty} bins empty` : ''}`,
    ],
  ];
}

function describeSteps(planeZNm: Float64Array): string {
  const steps = Array.from(planeZNm.subarray(1), (zNm, plane) => Math.abs(zNm - planeZNm[plane]!));
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  const apart = most - least < 1e-6 * most ? round(most) : `${round(least)} to ${round(most)}`;
  return `${apart} nm apart${seemsInUm(planeZNm) ? ' (perhaps um: --z-unit um)' : ''}`;
}

/** Whether heights are far too near to one another to be nm. */
export function seemsInUm(planeZNm: Float64Array): boolean {
  const widest = planeZNm
    .subarray(1)
    .reduce((most, zNm, plane) => Math.max(most, Math.abs(zNm - planeZNm[plane]!)), 0);
  const rangeNm = Math.abs(planeZNm.at(-1)! - planeZNm[0]!);
  // Whole ones may be numbers of planes.
  return widest < LEAST_STEP_NM || (rangeNm < LEAST_RANGE_NM && !planeZNm.every(Number.isInteger));
}

function describeModel(model: ZLutModel): string {
  const { startZNm, stepZNm, zKnots, reachPx, cameraGain, floorVariance } = model;
  const endZNm = startZNm + (zKnots - 3) * stepZNm;
  const noise = `variance = ${round(cameraGain)} x counts ${floorVariance < 0 ? '-' : '+'} ${round(Math.abs(floorVariance))}`;
  return `${round(startZNm)} to ${round(endZNm)} nm, knots ${round(stepZNm)} nm apart, known to ${round(reachPx)} px; ${noise}`;
}

function originFacts(origin: ZLutOrigin): Fact[] {
  const { madeAt, madeBy, bead, beadDiameterNm, objective, pixelSizeNm, focalShift, stack, frames } = origin;
  const facts: (readonly [string, string | undefined])[] = [
    ['made', [madeAt, madeBy && `by ${madeBy}`].filter(Boolean).join(' ') || undefined],
    ['bead', list([bead?.toString(), beadDiameterNm && `${beadDiameterNm} nm in diameter`])],
    ['microscope', list([objective, pixelSizeNm && `${pixelSizeNm} nm a pixel`])],
    [
      'focal shift',
      focalShift && `${focalShift.factor}, ${focalShift.applied ? 'in z already' : 'not in z yet'}`,
    ],
    ['sweep', stack && list([stack.name, stack.sha256 && `SHA-256 ${stack.sha256}`])],
    ['frames', frames && describeFrames(frames)],
    ...(origin.edits ?? []).map((edit) => ['edit', edit] as const),
    ...qualityFacts(origin),
  ];
  return facts.filter((fact): fact is Fact => fact[1] !== undefined);
}

function describeFrames({ used, rejected }: NonNullable<ZLutOrigin['frames']>): string {
  const reasons = Object.entries(rejected).map(([reason, frames]) => `${frames} ${reason}`);
  return reasons.length === 0 ? `${used} used` : `${used} used; left out: ${reasons.join(', ')}`;
}

function qualityFacts({ quality }: ZLutOrigin): Fact[] {
  if (!quality) return [];
  const { score, verdict, sentence, usefulRangeNm, biasNm, noiseNm } = quality;
  const range = usefulRangeNm && `useful from ${round(usefulRangeNm[0])} to ${round(usefulRangeNm[1])} nm`;
  const numbers = list([
    range,
    biasNm !== undefined && `bias ${round(biasNm)} nm`,
    noiseNm !== undefined && `noise ${round(noiseNm)} nm`,
  ]);
  const points = `${Math.round(score)} of 100`;
  return [
    ['quality', sentence.includes(points) ? sentence : `${points}, ${verdict}: ${sentence}`],
    ...(numbers ? [['', numbers] as const] : []),
  ];
}

/** What is known of it, or undefined when nothing is. */
function list(parts: readonly (string | number | false | undefined)[]): string | undefined {
  return parts.filter(Boolean).join(', ') || undefined;
}

function round(value: number): string {
  return `${Number(value.toPrecision(6))}`;
}

function extreme(values: Float64Array, of: (a: number, b: number) => number): number {
  return values.reduce((a, b) => of(a, b), values[0] ?? Number.NaN);
}
