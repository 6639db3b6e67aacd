import { useMemo } from 'preact/hooks';
import type { ViewProps } from '../view.ts';
import { createRunActs } from './act.ts';
import { RunAlarms } from './alarms.tsx';
import { RunCamera } from './camera.tsx';
import { RunControl } from './control.tsx';
import { RunMotors } from './motors.tsx';
import { RunMovie } from './movie.tsx';
import { RunSaving } from './saving.tsx';
import './run.css';

/** The run: Acquire and Saving, each for itself, movies, motors, who has control, and what nobody has read yet. */
export function Run({ store, connection }: ViewProps) {
  const acts = useMemo(() => createRunActs(store, connection), [store, connection]);
  const run = store.run.value;
  const whyNot = acts.whyNot.value;
  return (
    <div class="run">
      {whyNot !== null && (
        <p class="run-why" role="status">
          {whyNot}
        </p>
      )}
      <RunAlarms store={store} acts={acts} />
      <RunControl store={store} acts={acts} />
      <div class="run-pair">
        <div class="run-column">
          <RunCamera store={store} acts={acts} />
          <RunMotors store={store} acts={acts} />
        </div>
        {run && (
          <div class="run-column">
            <RunSaving store={store} run={run} acts={acts} />
            <RunMovie store={store} movie={run.movie} acts={acts} />
          </div>
        )}
      </div>
    </div>
  );
}
