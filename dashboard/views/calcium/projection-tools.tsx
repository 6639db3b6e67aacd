import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { LIVE_PROJECTIONS, type LiveProjection } from '#protocol/calcium-live.ts';
import { askInTurn } from '../../link/ask-in-turn.ts';
import type { LiveConnection } from '../../link/live-connection.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { formatCount, formatFixed } from '../../words/format-number.ts';
import type { Act } from '../z-lut/act.ts';
import { choices } from './choices.ts';
import { Segments } from './segments.tsx';

/** While somebody looks. */
const REFRESH_MS = 3000;

const KINDS = Object.fromEntries(
  LIVE_PROJECTIONS.map((kind) => [kind, kind[0]!.toUpperCase() + kind.slice(1)]),
) as Record<LiveProjection, string>;
const TINTS = { gray: 'Gray', green: 'Green' } as const;

/** Which projection is shown, and how. */
export function ProjectionTools({
  store,
  connection,
  act,
}: {
  store: LiveStore;
  connection: LiveConnection;
  act: Act;
}) {
  const { projection: kind, look } = choices;
  const shown = store.calcium.projection.value;
  const ask = () => askInTurn(connection, { type: 'calcium-projection', kind: kind.peek() });
  useSignalEffect(() => {
    void kind.value;
    if (store.isLive.value) void ask();
  });
  useEffect(() => {
    let isAsking = false;
    const refresh = async () => {
      if (document.hidden || !store.isLive.peek() || isAsking) return;
      isAsking = true;
      await ask();
      isAsking = false;
    };
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [store, connection]);
  const percent = (title: string, end: 'darkest' | 'brightest', most: number) => (
    <label title={`Share of the pixels that are ${end === 'darkest' ? 'black' : 'white'}`}>
      {title}{' '}
      <input
        type="range"
        min={0}
        max={most}
        step={most / 100}
        value={look.value[end]}
        aria-valuetext={`${formatFixed(look.value[end], 2)} % of the pixels`}
        onInput={({ currentTarget }) => {
          look.value = { ...look.value, [end]: currentTarget.valueAsNumber };
        }}
      />
    </label>
  );
  return (
    <div class="calcium-tools" role="toolbar" aria-label="Projection">
      <Segments
        legend="Projection of the frames"
        name="calcium-projection"
        options={KINDS}
        value={kind.value}
        onChoose={(chosen) => {
          kind.value = chosen;
        }}
      />
      <Segments
        legend="Colors of the projection"
        name="calcium-tint"
        options={TINTS}
        value={look.value.tint}
        onChoose={(tint) => {
          look.value = { ...look.value, tint };
        }}
      />
      {percent('Black', 'darkest', 50)}
      {percent('White', 'brightest', 5)}
      <button type="button" title="Ask for the newest projection" onClick={() => void ask()}>
        Refresh
      </button>
      <button
        type="button"
        disabled={act.whyNot !== null}
        title={act.whyNot ?? 'Begins the projections anew with the next frame'}
        onClick={() => void act.ask({ type: 'reset-projections' })}
      >
        Begin anew
      </button>
      {shown && <small>{formatCount(shown.frames)} frames</small>}
    </div>
  );
}
