import type { ZLutQuality } from '#protocol/z-lut-quality.ts';

/** What a score is made of; NaN where nothing is known. */
export interface ScoreFacts {
  /** Share of the range of the planes that is useful. */
  usefulShare: number;
  /** Error of planes looked up among the others, over the width of the correlation peak. */
  errorShare: number;
  /** Share of the planes that were looked up in order. */
  risingShare: number;
  /** Planes over which the peak of the correlation falls to its half. */
  spanPlanes: number;
  /** Share of the frames, or planes, that could not be used. */
  rejectedShare: number;
  /** Share of the planes that resemble others. */
  ambiguousShare: number;
}

/** One part of a score. */
export interface ScorePart {
  name: string;
  points: number;
  of: number;
}

/** Where a fact is worth nothing and where everything, and how much that is. */
const PARTS: readonly { name: string; fact: keyof ScoreFacts; none: number; all: number; of: number }[] = [
  { name: 'useful range', fact: 'usefulShare', none: 0.2, all: 0.85, of: 30 },
  { name: 'error between planes', fact: 'errorShare', none: 0.2, all: 0.04, of: 30 },
  { name: 'heights in order', fact: 'risingShare', none: 0.7, all: 0.95, of: 15 },
  { name: 'planes a correlation peak spans', fact: 'spanPlanes', none: 1.5, all: 4, of: 15 },
  { name: 'frames used', fact: 'rejectedShare', none: 0.5, all: 0.1, of: 10 },
];

const GOOD = 75;
const FAIR = 50;

/** More of the planes than this resemble others: what lies outside the useful range is taken for what lies inside. */
const MOST_AMBIGUOUS = 0.05;

/** Points of 100; parts of which nothing is known do not count, but without an error that was measured none is good. */
export function scoreOf(facts: ScoreFacts): Pick<ZLutQuality, 'score' | 'verdict'> & { parts: ScorePart[] } {
  const parts = PARTS.filter(({ fact }) => Number.isFinite(facts[fact])).map(
    ({ name, fact, none, all, of }) => {
      const share = Math.min(1, Math.max(0, (facts[fact] - none) / (all - none)));
      return { name, points: Math.round(10 * of * share) / 10, of };
    },
  );
  const [points, most] = [
    parts.reduce((sum, part) => sum + part.points, 0),
    parts.reduce((sum, part) => sum + part.of, 0),
  ];
  const share = most > 0 ? Math.round((100 * points) / most) : 0;
  const isDoubtful = facts.ambiguousShare > MOST_AMBIGUOUS || !Number.isFinite(facts.errorShare);
  const score = isDoubtful ? Math.min(share, GOOD - 1) : share;
  return { score, verdict: score >= GOOD ? 'good' : score >= FAIR ? 'fair' : 'bad', parts };
}
