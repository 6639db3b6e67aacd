import { useComputed, useSignal } from '@preact/signals';
import type { BeadActions } from '../../link/bead-actions.ts';
import type { LiveStore } from '../../store/live-store.ts';
import type { NewestPoint } from '../../store/newest-points.ts';
import { formatFixed } from '../../words/format-number.ts';
import { statusTone, statusWords } from '../../words/status-tone.ts';
import { SCALE_GRADIENT, scaleColor, scaleEnds } from './field-colors.ts';

const MEASURES = {
  noise: { title: 'z noise', unit: 'nm', decimals: 1, of: (point: NewestPoint) => point.noiseZNm },
  score: { title: 'score', unit: '', decimals: 3, of: (point: NewestPoint) => point.score },
} as const;

type Measure = keyof typeof MEASURES;

interface MapProps {
  store: LiveStore;
  actions: BeadActions;
  ids: readonly number[];
  points: ReadonlyMap<number, NewestPoint>;
}

/** Beads at their places in the frame, colored by noise or score; the bead under the pointer or selected is read out. */
export function FieldMap({ store, actions, ids, points }: MapProps) {
  const measure = useSignal<Measure>('noise');
  const hovered = useSignal<number | null>(null);
  const frame = useComputed(() => ({
    width: store.camera.value?.width ?? 4,
    height: store.camera.value?.height ?? 3,
  }));
  const { title, unit, decimals, of } = MEASURES[measure.value];
  const shownOf = (bead: number) => {
    const point = points.get(bead);
    return point ? of(point) : Number.NaN;
  };
  const ends = scaleEnds(ids.map(shownOf));
  const wanted = new Set(ids);
  const rois = store.beads.value.filter(({ bead }) => wanted.has(bead));
  const selected = store.selected.value;
  const { width, height } = frame.value;
  const radius = Math.max(width, height) / 90;
  const read = hovered.value ?? selected;
  return (
    <div class="field-map">
      <div class="map-legend">
        {(Object.keys(MEASURES) as Measure[]).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="field-map-measure"
              checked={measure.value === name}
              onChange={() => {
                measure.value = name;
              }}
            />
            {MEASURES[name].title}
          </label>
        ))}
        <span>{ends ? formatFixed(ends[0], decimals) : '–'}</span>
        <span class="scale" style={{ background: SCALE_GRADIENT }} />
        <span>
          {ends ? formatFixed(ends[1], decimals) : '–'} {unit}
        </span>
        <output>{read !== null && describe(read, points.get(read))}</output>
      </div>
      <div
        class="field-places"
        role="listbox"
        tabIndex={0}
        aria-label={`Beads at their places in the field, colored by ${title}; arrow keys select the next one`}
        aria-activedescendant={selected !== null && wanted.has(selected) ? `place-${selected}` : undefined}
        onKeyDown={(event) => {
          const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
          if (step === undefined || rois.length === 0) return;
          event.preventDefault();
          const at = rois.findIndex(({ bead }) => bead === selected);
          actions.select(rois[Math.min(rois.length - 1, Math.max(0, at + step))]!.bead);
        }}
      >
        <svg viewBox={`0 0 ${width} ${height}`} role="presentation">
          <rect class="field" width={width} height={height} />
          {rois.map(({ bead, left, top, size }) => {
            const value = shownOf(bead);
            const isKnown = ends !== null && Number.isFinite(value);
            const point = points.get(bead);
            return (
              <circle
                key={bead}
                id={`place-${bead}`}
                role="option"
                aria-selected={bead === selected}
                aria-label={describe(bead, point)}
                class={point && statusTone(point.status) === 'lost' ? 'is-lost' : ''}
                cx={left + size / 2}
                cy={top + size / 2}
                r={radius}
                fill={isKnown ? scaleColor((value - ends[0]) / (ends[1] - ends[0])) : 'none'}
                onClick={() => actions.select(bead)}
                onPointerEnter={() => {
                  hovered.value = bead;
                }}
                onPointerLeave={() => {
                  hovered.value = null;
                }}
              />
            );
          })}
        </svg>
      </div>
    </div>
  );
}

function describe(bead: number, point: NewestPoint | undefined): string {
  const noise = formatFixed(point?.noiseZNm ?? Number.NaN, MEASURES.noise.decimals);
  const score = formatFixed(point?.score ?? Number.NaN, MEASURES.score.decimals);
  return `bead ${bead}: z noise ${noise} nm, score ${score}, ${point ? statusWords(point.status) : 'waiting'}`;
}
