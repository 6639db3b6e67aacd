import { LATENCY_STEPS, type LatencyPercentiles, type LatencyStep } from '#protocol/latency-step.ts';
import type { LiveStore } from '../store/live-store.ts';
import { formatFixed } from '../words/format-number.ts';
import { STEPS, stepName, totalStep } from '../words/latency-steps.ts';

/** Where the time of a frame goes on its way from the camera to this page. */
export function LatencyBudget({ store }: { store: LiveStore }) {
  const latency = store.status.value?.latency;
  const total = totalStep(latency);
  const longestMs = Math.max(0, ...STEPS.map((step) => latency?.[step].p99Ms || 0));
  return (
    <section class="panel latency-budget" aria-labelledby="latency-budget-title">
      <header>
        <h2 id="latency-budget-title">Latency</h2>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Step</span>
            </th>
            <th scope="col" title="Half of the frames took at most this long">
              p50 <small>ms</small>
            </th>
            <th scope="col" title="99 of 100 frames took at most this long">
              p99 <small>ms</small>
            </th>
          </tr>
        </thead>
        <tbody>
          {STEPS.map((step) => (
            <Step key={step} step={step} taken={latency?.[step]} longestMs={longestMs} />
          ))}
        </tbody>
        <tfoot>
          <Step step={total} taken={latency?.[total]} longestMs={0} />
        </tfoot>
      </table>
    </section>
  );
}

interface StepProps {
  step: LatencyStep;
  taken: LatencyPercentiles | undefined;
  /** What the bars are scaled to; no bar when 0. */
  longestMs: number;
}

function Step({ step, taken, longestMs }: StepProps) {
  const { p50Ms = Number.NaN, p99Ms = Number.NaN } = taken ?? {};
  const share = (ms: number) => `${longestMs > 0 && ms > 0 ? (100 * ms) / longestMs : 0}%`;
  return (
    <tr title={LATENCY_STEPS[step]}>
      <th scope="row">
        {stepName(step)}
        {longestMs > 0 && (
          <span class="bar" aria-hidden="true">
            <i style={{ width: share(p99Ms) }} />
            <b style={{ width: share(p50Ms) }} />
          </span>
        )}
      </th>
      <td>{formatFixed(p50Ms, decimals(p50Ms))}</td>
      <td>{formatFixed(p99Ms, decimals(p99Ms))}</td>
    </tr>
  );
}

/** Three digits or so: 0.04, 3.12, 45.1, 120. */
function decimals(ms: number): number {
  return ms < 10 ? 2 : ms < 100 ? 1 : 0;
}
