import { signal } from '@preact/signals';
import type { StackBuildStatus, ZLutList } from '#protocol/z-lut-list.ts';
import type { StackRois } from '#protocol/z-lut-requests.ts';
import { formatFixed } from '../../words/format-number.ts';
import type { Act } from './act.ts';
import { Field } from './field.tsx';
import { PlaneList } from './plane-list.tsx';
import { zLutUrl } from './requests.ts';
import { readStackForm, type StackForm } from './stack-form.ts';

const ROIS: Record<StackRois, string> = {
  whole: 'the whole frame is one',
  auto: 'all beads that are found',
  isolated: 'beads that touch no other',
};

/** As it was left: this view comes and goes with its tab. */
const chosen = signal<string | null>(null);
const form = signal<StackForm>({
  ...{ zStartNm: '0', zStepNm: '50', framesPerPlane: '1', bothWays: false },
  ...{ planes: null, pixelSizeNm: '' },
  ...{ rois: 'isolated', roiSize: '' },
});
const change = (part: Partial<StackForm>) => {
  form.value = { ...form.value, ...part };
};

/** Z-LUTs from a stack that was recorded before: which, where its planes are, and what became of it. */
export function StackBuild({
  list,
  build,
  act,
  onLookAgain,
}: {
  list: ZLutList;
  build: StackBuildStatus | null;
  act: Act;
  onLookAgain(): void;
}) {
  return (
    <section class="panel" aria-labelledby="z-stack-title">
      <header>
        <h2 id="z-stack-title">Recorded stacks</h2>
      </header>
      <div class="z-body z-stack">
        <p class={list.stacks.length === 0 ? 'empty' : 'z-hint'}>
          {list.stacks.length === 0 && 'None yet. '}Put stacks (.tif, .npy, .bin with .json, or folders of
          images) into <code>{list.stackFolder}</code> on the tracker.{' '}
          <button type="button" onClick={onLookAgain}>
            Look again
          </button>
        </p>
        {list.stacks.length > 0 && <Setup list={list} isBusy={build?.phase === 'building'} act={act} />}
        {list.stacksLeftOut > 0 && (
          <p class="tone-warning">{list.stacksLeftOut} older stacks are not listed.</p>
        )}
        {build && <Outcome build={build} act={act} />}
      </div>
    </section>
  );
}

function Setup({ list, isBusy, act }: { list: ZLutList; isBusy: boolean; act: Act }) {
  const typed = form.value;
  const { stack, isSweep } = list.stacks.find((one) => one.stack === chosen.value) ?? list.stacks[0]!;
  const read = readStackForm(typed, isSweep);
  const wrong = 'wrong' in read ? read.wrong : {};
  // A field says what is wrong with what was typed into it.
  const missing =
    (typed.zStartNm === '' && wrong.zStartNm) || (typed.zStepNm === '' && wrong.zStepNm) || wrong.bothWays;
  const mayBuild = act.whyNot === null && !isBusy && 'ask' in read;
  return (
    <form
      class="z-stack"
      aria-label="New build"
      onSubmit={(event) => {
        event.preventDefault();
        if (mayBuild) void act.ask({ type: 'z-lut-build', stack, ...read.ask });
      }}
    >
      <div class="z-fields">
        <label>
          Stack{' '}
          <select
            value={stack}
            onChange={(event) => {
              chosen.value = event.currentTarget.value;
            }}
          >
            {list.stacks.map((one) => (
              <option key={one.stack} value={one.stack}>
                {one.stack}
              </option>
            ))}
          </select>
        </label>
        {isSweep ? (
          <span class="z-hint">with the planes and ROIs of the sweep</span>
        ) : (
          <Planes typed={typed} wrong={wrong} />
        )}
      </div>
      <div class="z-buttons">
        <button type="submit" class="z-primary" disabled={!mayBuild} title={act.whyNot ?? undefined}>
          Build
        </button>
        {missing && <small class="tone-lost">expected {missing}</small>}
      </div>
    </form>
  );
}

function Planes({ typed, wrong }: { typed: StackForm; wrong: Partial<Record<keyof StackForm, string>> }) {
  return (
    <>
      <PlaneList planes={typed.planes} wrong={wrong.planes} onChange={(planes) => change({ planes })} />
      {!typed.planes && <EvenPlanes typed={typed} wrong={wrong} />}
      <Field
        label="Pixel size"
        unit="nm, empty: not said"
        value={typed.pixelSizeNm}
        wrong={wrong.pixelSizeNm}
        onInput={(pixelSizeNm) => change({ pixelSizeNm })}
      />
      <label>
        ROIs{' '}
        <select
          value={typed.rois}
          onChange={(event) => change({ rois: event.currentTarget.value as StackRois })}
        >
          {Object.entries(ROIS).map(([rois, title]) => (
            <option key={rois} value={rois}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {typed.rois !== 'whole' && (
        <Field
          label="ROI size"
          unit="px, empty: by the beads"
          value={typed.roiSize}
          wrong={wrong.roiSize}
          onInput={(roiSize) => change({ roiSize })}
        />
      )}
    </>
  );
}

/** Planes that are as far apart as their neighbors. */
function EvenPlanes({ typed, wrong }: { typed: StackForm; wrong: Partial<Record<keyof StackForm, string>> }) {
  return (
    <>
      <Field
        label="First plane"
        unit="nm"
        value={typed.zStartNm}
        wrong={wrong.zStartNm}
        onInput={(zStartNm) => change({ zStartNm })}
      />
      <Field
        label="From plane to plane"
        unit="nm"
        value={typed.zStepNm}
        wrong={wrong.zStepNm}
        onInput={(zStepNm) => change({ zStepNm })}
      />
      <Field
        label="Frames of each plane"
        value={typed.framesPerPlane}
        wrong={wrong.framesPerPlane}
        onInput={(framesPerPlane) => change({ framesPerPlane })}
      />
      <label class="z-check">
        <input
          type="checkbox"
          checked={typed.bothWays}
          onChange={(event) => change({ bothWays: event.currentTarget.checked })}
        />
        There and back <small>the second half goes back over the planes</small>
      </label>
    </>
  );
}

function Outcome({ build: { stack, phase, message, zLuts }, act }: { build: StackBuildStatus; act: Act }) {
  if (phase === 'building') {
    return (
      <div class="z-meter" role="status">
        <span>
          Building from {stack}
          {message !== null && `: ${message}`}
        </span>
        <progress aria-label="Build from a stack" />
        <button
          type="button"
          class="z-stop"
          disabled={act.whyNot !== null}
          title={act.whyNot ?? undefined}
          onClick={() => void act.ask({ type: 'z-lut-build-stop' })}
        >
          Stop the build
        </button>
      </div>
    );
  }
  if (phase === 'stopped') return <p role="status">The build from {stack} was stopped; nothing was kept.</p>;
  if (phase === 'failed') {
    return (
      <p class="tone-lost" role="alert">
        Nothing was built from {stack}: {message}
      </p>
    );
  }
  return (
    <div role="status">
      <p>
        Built from {stack}
        {message !== null && `: ${message}`}. Assign it below.
      </p>
      <ul aria-label="Z-LUTs that were built">
        {zLuts.map(({ zLut, quality }) => (
          <li key={zLut}>
            <a href={zLutUrl('report', zLut)} target="_blank" rel="noreferrer">
              {zLut}
            </a>{' '}
            {quality ? `Score ${formatFixed(quality.score, 0)}: ${quality.sentence}` : 'Not checked.'}
          </li>
        ))}
      </ul>
    </div>
  );
}
