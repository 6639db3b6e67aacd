import { effect, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ZLutList } from '#protocol/z-lut-list.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { Problem } from '../problem.tsx';
import type { ViewProps } from '../view.ts';
import { type Act, useAct } from './act.ts';
import { CompareZLuts } from './compare.tsx';
import { ZLutFiles } from './files.tsx';
import { FocusBar, NoFocus } from './focus.tsx';
import { GrowingTable } from './growing.tsx';
import { ZLutsInUse } from './in-use.tsx';
import { InterruptedSweeps } from './interrupted.tsx';
import { isBusyWith, SweepProgress } from './progress.tsx';
import { fetchZLuts } from './requests.ts';
import { SweepResults } from './results.tsx';
import { SweepSetup } from './setup.tsx';
import { StackBuild } from './stack-build.tsx';
import './z-lut.css';

/** Calibration: a focal sweep from its range to its Z-LUTs, and the Z-LUTs beads are tracked with. */
export function ZLutView(props: ViewProps) {
  const { store } = props;
  const act = useAct(props);
  const list = useZLuts(store);
  const calibration = store.calibration.value;
  return (
    <div class="z-lut">
      <Problem problem={act.problem} class="z-problem" />
      {calibration?.focus && (
        <FocusBar
          focus={calibration.focus}
          sweep={calibration.sweep}
          isBusy={isBusyWith(calibration)}
          act={act}
        />
      )}
      <Calibrate store={store} act={act} />
      {list.list && (
        <StackBuild
          list={list.list}
          build={calibration?.stackBuild ?? null}
          act={act}
          onLookAgain={list.lookAgain}
        />
      )}
      <InUse store={store} act={act} list={list.list} error={list.error} />
    </div>
  );
}

function Calibrate({ store, act }: { store: LiveStore; act: Act }) {
  const calibration = store.calibration.value;
  const focus = calibration?.focus ?? null;
  const sweep = calibration?.sweep ?? null;
  const isBusy = calibration !== null && isBusyWith(calibration);
  const isShown = sweep !== null && sweep.phase !== 'discarded';
  // The newest sweep has its own buttons.
  const unfinished = calibration?.interrupted.filter((name) => !isShown || name !== sweep?.sweep) ?? [];
  const isBuilt = isShown && (sweep.phase === 'built' || sweep.phase === 'kept');
  return (
    <section class="panel z-calibrate" aria-labelledby="z-calibrate-title">
      <header>
        <h2 id="z-calibrate-title">Focal sweep</h2>
      </header>
      <div class="z-body">
        {!focus && <NoFocus />}
        {act.whyNot !== null && <p class="tone-warning">{act.whyNot}.</p>}
        {isShown && <SweepProgress store={store} sweep={sweep} act={act} />}
        {isBuilt && <SweepResults sweep={sweep} act={act} />}
        {isShown && <GrowingTable store={store} sweep={sweep} />}
        {calibration && focus && (
          <SweepSetup store={store} calibration={calibration} focus={focus} isBusy={isBusy} act={act} />
        )}
        <InterruptedSweeps names={unfinished} isBusy={isBusy} act={act} />
      </div>
    </section>
  );
}

function InUse({
  store,
  act,
  list,
  error,
}: {
  store: LiveStore;
  act: Act;
  list: ZLutList | null;
  error: string | null;
}) {
  const calibration = store.calibration.value;
  const sweep = calibration?.sweep;
  const built = sweep?.phase === 'built' ? sweep.zLuts.filter(({ file }) => file !== null) : [];
  return (
    <section class="panel z-shelf" aria-labelledby="z-shelf-title">
      <header>
        <h2 id="z-shelf-title">Z-LUTs in use</h2>
      </header>
      <div class="z-body">
        {error !== null && (
          <p class="tone-lost" role="alert">
            The Z-LUTs could not be listed: {error}
          </p>
        )}
        {list === null && error === null && (
          <p class="empty">{calibration ? 'Looking for Z-LUTs' : 'This tracker keeps no Z-LUTs.'}</p>
        )}
        {list && (
          <>
            <ZLutsInUse
              list={list}
              calibration={calibration}
              isBusy={calibration !== null && isBusyWith(calibration)}
              act={act}
            />
            <ZLutFiles list={list} act={act} />
            <CompareZLuts list={list} unkept={built.map(({ file }) => `sweeps/${sweep!.sweep}/${file}`)} />
          </>
        )}
      </div>
    </section>
  );
}

/** The list of Z-LUTs, asked for anew when beads have others, a sweep was kept, a stack was built, or the tracker is back. */
function useZLuts(store: LiveStore): {
  list: ZLutList | null;
  error: string | null;
  lookAgain(): void;
} {
  const looks = useSignal(0);
  const list = useSignal<ZLutList | null>(null);
  const error = useSignal<string | null>(null);
  useEffect(() => {
    let asked = '';
    let newest = 0;
    return effect(() => {
      const { sweep, stackBuild } = store.calibration.value ?? {};
      const key = JSON.stringify([
        store.isLive.value && store.calibration.value !== null,
        store.beads.value.map(({ bead, size, zLut }) => [bead, size, zLut]),
        sweep && [sweep.sweep, sweep.phase === 'kept', sweep.zLuts.map(({ assigned }) => assigned)],
        stackBuild && [stackBuild.stack, stackBuild.phase],
        store.pipeline.value,
        looks.value,
      ]);
      if (key === asked || !store.isLive.value || !store.calibration.value) return;
      asked = key;
      const request = ++newest;
      fetchZLuts().then(
        (answer) => {
          if (request !== newest) return;
          list.value = answer;
          error.value = null;
        },
        (cause: Error) => {
          if (request === newest) error.value = cause.message;
        },
      );
    });
  }, [store]);
  return {
    list: list.value,
    error: error.value,
    lookAgain() {
      looks.value++;
    },
  };
}
