import type { LiveCalcium } from '../../store/calcium-state.ts';
import { formatCount, formatFixed } from '../../words/format-number.ts';

/** How the measuring of cells is doing. */
export function CalciumFigures({ calcium }: { calcium: LiveCalcium }) {
  const status = calcium.status.value;
  if (!status) return <p class="readout" />;
  const { measured, skipped, waiting, events, usPerFrame } = status;
  const tone = calcium.isSkipping.value ? 'tone-lost' : skipped > 0 ? 'tone-warning' : undefined;
  return (
    <p class="readout">
      <span title="Frames in which cells were measured">
        <b>{formatCount(measured)}</b> measured
      </span>
      <span class={tone} title="Frames that were left out because the thread that measures cells fell behind">
        <b>{formatCount(skipped)}</b> skipped
      </span>
      <span title={`In the thread that measures cells; frames that wait for it: ${waiting}`}>
        <b>{formatFixed(usPerFrame, 0)}</b> µs/frame
      </span>
      <span>
        <b>{formatCount(events)}</b> events
      </span>
    </p>
  );
}
