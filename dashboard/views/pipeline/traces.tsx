import type { TrialTrace } from '#protocol/pipeline-message.ts';
import type { PositionColumn } from '#protocol/trace-columns.ts';

const WIDTH = 240;
const HEIGHT = 64;

const AXES: readonly { column: PositionColumn; title: string; decimals: number }[] = [
  { column: 'xPx', title: 'x, px', decimals: 3 },
  { column: 'yPx', title: 'y, px', decimals: 3 },
  { column: 'zNm', title: 'z, nm', decimals: 1 },
];

/** Positions of one bead by both plans, an axis each. */
export function TrialTraces({ trace }: { trace: TrialTrace }) {
  return (
    <figure class="trial-traces">
      <figcaption>
        Bead {trace.bead}: <span class="present">present</span>, <span class="proposed">proposed</span>
      </figcaption>
      {AXES.map(({ column, title, decimals }) => {
        const lines = [trace.present[column], trace.proposed[column]];
        const [low, high] = rangeOf(lines);
        const range = Number.isFinite(low) ? `${low.toFixed(decimals)} to ${high.toFixed(decimals)}` : 'none';
        const pathOf = (values: Float64Array) => pathOfTrace(trace.timeS, values, low, high);
        return (
          <div key={column}>
            <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}: ${range}`}>
              <path class="present" d={pathOf(trace.present[column])} />
              <path class="proposed" d={pathOf(trace.proposed[column])} />
            </svg>
            <small>
              {title}: {range}
            </small>
          </div>
        );
      })}
    </figure>
  );
}

function rangeOf(lines: readonly Float64Array[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of lines) {
    for (const value of values) {
      // A NaN is neither.
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

/** SVG path of a trace, with gaps where there is no number. */
function pathOfTrace(timeS: Float64Array, values: Float64Array, low: number, high: number): string {
  const spanS = timeS.at(-1)! || 1;
  const span = high - low || 1;
  let path = '';
  let isOpen = false;
  for (const [at, value] of values.entries()) {
    if (Number.isNaN(value)) {
      isOpen = false;
      continue;
    }
    const x = (WIDTH * timeS[at]!) / spanS;
    const y = 2 + (HEIGHT - 4) * (1 - (value - low) / span);
    path += `${isOpen ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    isOpen = true;
  }
  return path;
}
