import { effect, useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { paintOnDemand } from '../../painting/paint-on-demand.ts';
import { rememberedChoice } from '../../store/remembered-choice.ts';
import type { ViewProps } from '../view.ts';
import { TILE_FILTERS, TILE_ORDERS, type TileFilter, type TileOrder, tilesInOrder } from './bead-tiles.ts';
import { FieldMap } from './map.tsx';
import { BeadTiles } from './tiles.tsx';
import './bead-wall.css';

/** Numbers that change the order twice as often could not be read. */
const REFRESH_MS = 1000;

const look = rememberedChoice('bead-wall-look', 'tiles');
const order = rememberedChoice('bead-wall-order', 'id');

/** Every bead as a small live picture with its numbers, or at its place in the field. */
export function BeadWall({ store, actions, connection }: ViewProps) {
  const points = useSignal(store.newest.peek());
  const filter = useSignal<TileFilter>('all');
  const id = useSignal('');

  useEffect(() => {
    const painter = paintOnDemand(() => {
      points.value = store.newest.peek();
    }, REFRESH_MS);
    const stop = effect(() => {
      void store.newest.value;
      painter.request();
    });
    return () => {
      stop();
      painter.stop();
    };
  }, [store, points]);

  const tileOrder = () => (order.value in TILE_ORDERS ? (order.value as TileOrder) : 'id');
  const ids = useComputed(() =>
    tilesInOrder({
      beads: store.beads.value,
      newest: points.value,
      picked: new Set(store.watched.value),
      order: tileOrder(),
      filter: filter.value,
      id: id.value,
    }),
  );
  const isMap = look.value === 'map';
  return (
    <section class="panel bead-wall" aria-labelledby="bead-wall-title">
      <header>
        <h2 id="bead-wall-title">Bead wall</h2>
        <p class="readout" role="status">
          {ids.value.length === store.beads.value.length
            ? `${ids.value.length} beads`
            : `${ids.value.length} of ${store.beads.value.length} beads`}
        </p>
      </header>
      <div class="wall-tools" role="toolbar" aria-label="What the wall shows">
        <div class="segments">
          {(['tiles', 'map'] as const).map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="bead-wall-look"
                checked={isMap === (name === 'map')}
                onChange={() => {
                  look.value = name;
                }}
              />
              <span>{name === 'map' ? 'Field map' : 'Tiles'}</span>
            </label>
          ))}
        </div>
        {!isMap && (
          <Choice
            label="Order"
            options={TILE_ORDERS}
            value={tileOrder()}
            onChoose={(name) => (order.value = name)}
          />
        )}
        <Choice
          label="Show"
          options={TILE_FILTERS}
          value={filter.value}
          onChoose={(name) => {
            filter.value = name;
          }}
        />
        <label>
          Bead{' '}
          <input
            type="search"
            size={5}
            inputMode="numeric"
            placeholder="id"
            onInput={({ currentTarget }) => {
              id.value = currentTarget.value;
            }}
          />
        </label>
      </div>
      {isMap ? (
        <FieldMap store={store} actions={actions} ids={ids.value} points={points.value} />
      ) : (
        <BeadTiles
          store={store}
          actions={actions}
          connection={connection}
          ids={ids.value}
          points={points.value}
        />
      )}
    </section>
  );
}

interface ChoiceProps<Name extends string> {
  label: string;
  options: Readonly<Record<Name, string>>;
  value: Name;
  onChoose: (name: Name) => void;
}

function Choice<Name extends string>({ label, options, value, onChoose }: ChoiceProps<Name>) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value as Name)}>
        {(Object.keys(options) as Name[]).map((name) => (
          <option key={name} value={name}>
            {options[name]}
          </option>
        ))}
      </select>
    </label>
  );
}
