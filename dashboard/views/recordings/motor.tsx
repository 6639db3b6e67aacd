import type { ReadonlySignal } from '@preact/signals';
import { motorAt } from '../../plots/motor-curve.ts';
import type { MOTOR_PLOTS } from '../../plots/plot-definitions.ts';
import { formatFixed } from '../../words/format-number.ts';
import type { WindowFeed } from './feed.ts';

/** The place of a motor's plot, with where it was at the cursor, or at the right end. */
export function ReplayMotor({
  plot: { column, name, unit, decimals },
  feed,
  atS,
  cursorS,
}: {
  plot: (typeof MOTOR_PLOTS)[number];
  feed: WindowFeed;
  atS: ReadonlySignal<number>;
  cursorS: ReadonlySignal<number | null>;
}) {
  const points = feed.window.value?.motors;
  const at = points ? motorAt(points, column, cursorS.value ?? atS.value) : Number.NaN;
  return (
    <div class="trace trace-motor">
      <p class="trace-reading">
        <b>{name}</b>
        <span class="value">{formatFixed(at, decimals)}</span>
        <span class="unit">{unit}</span>
      </p>
      <div class="plot" role="img" aria-label={`${name} in ${unit} against time in s`} />
    </div>
  );
}
