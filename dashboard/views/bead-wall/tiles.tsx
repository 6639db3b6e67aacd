import { effect, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Painter } from '../../painting/paint-on-demand.ts';
import { paintWhileSeen } from '../../painting/paint-while-seen.ts';
import type { NewestPoint } from '../../store/newest-points.ts';
import { formatFixed } from '../../words/format-number.ts';
import { statusTone, statusWords } from '../../words/status-tone.ts';
import type { ViewProps } from '../view.ts';
import { createTileAtlas } from './tile-atlas.ts';
import { keepSparks, paintTiles, TILE_HEIGHT, TILE_WIDTH } from './wall-painter.ts';
import { ZSparks } from './z-sparks.ts';

const SPARE_ROWS = 1;
const DRAW_MS = 100;

interface TilesProps extends ViewProps {
  ids: readonly number[];
  points: ReadonlyMap<number, NewestPoint>;
}

/** The tiles; those out of sight are not rendered, and one canvas behind them holds all pictures and sparklines. */
export function BeadTiles({ store, actions, connection, ids, points }: TilesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<Painter | null>(null);
  const drawn = useRef<readonly number[]>(ids);
  const viewport = useSignal({ top: 0, width: 600, height: 400 });
  const atlas = useMemo(createTileAtlas, []);
  const sparks = useMemo(() => new ZSparks(), []);
  drawn.current = ids;

  useAskForTiles({ store, connection });
  useEffect(() => {
    const element = scroller.current!;
    const draw = () => {
      // It leaves the page a moment before this effect ends.
      if (canvas.current) paintTiles(canvas.current, element, drawn.current, { atlas, sparks });
    };
    const own = paintWhileSeen(element, draw, DRAW_MS);
    painter.current = own;
    const measure = () => {
      const { scrollTop: top, clientWidth: width, clientHeight: height } = element;
      viewport.value = { top, width, height };
      own.request();
    };
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    const stopSparks = keepSparks(store, sparks, own.request);
    const stopTiles = effect(() => {
      if (store.tiles.value) atlas.show(store.tiles.value);
      own.request();
    });
    return () => {
      resize.disconnect();
      element.removeEventListener('scroll', measure);
      stopSparks();
      stopTiles();
      own.stop();
    };
  }, [store, atlas, sparks, viewport]);
  useEffect(() => painter.current?.request(), [ids]);

  const { top, width, height } = viewport.value;
  const columns = Math.max(1, Math.floor(width / TILE_WIDTH));
  const firstRow = Math.max(0, Math.floor(top / TILE_HEIGHT) - SPARE_ROWS);
  const lastRow = Math.ceil((top + height) / TILE_HEIGHT) + SPARE_ROWS;
  const selected = store.selected.value;
  const isShown = selected !== null && ids.includes(selected);
  return (
    <div class="wall">
      <div
        class="scroller"
        ref={scroller}
        role="listbox"
        tabIndex={0}
        aria-label="Beads; arrow keys select, R makes one a reference bead or not"
        aria-multiselectable="true"
        aria-activedescendant={isShown ? `tile-${selected}` : undefined}
        onKeyDown={(event) => {
          if (event.key === 'r' && selected !== null) return actions.toggleReference(selected);
          const to = keyTarget(
            event.key,
            selected === null ? -1 : ids.indexOf(selected),
            ids.length,
            columns,
          );
          if (to === null) return;
          event.preventDefault();
          actions.select(ids[to]!);
          scrollIntoView(event.currentTarget as HTMLElement, Math.floor(to / columns));
        }}
      >
        <div role="presentation" style={{ height: `${Math.ceil(ids.length / columns) * TILE_HEIGHT}px` }}>
          {ids.slice(firstRow * columns, lastRow * columns).map((bead, at) => (
            <Tile
              key={bead}
              bead={bead}
              index={firstRow * columns + at}
              columns={columns}
              count={ids.length}
              point={points.get(bead)}
              isSelected={store.selection.value.includes(bead)}
              isReference={store.references.value.includes(bead)}
              onPick={(adds) => (adds ? actions.toggleSelected(bead) : actions.select(bead))}
            />
          ))}
        </div>
      </div>
      <canvas ref={canvas} class="wall-pictures" />
      {ids.length === 0 && <p class="empty">No beads to show.</p>}
    </div>
  );
}

interface TileProps {
  bead: number;
  index: number;
  columns: number;
  count: number;
  point: NewestPoint | undefined;
  isSelected: boolean;
  isReference: boolean;
  onPick: (adds: boolean) => void;
}

function Tile({ bead, index, columns, count, point, isSelected, isReference, onPick }: TileProps) {
  const tone = point ? statusTone(point.status) : 'ok';
  const words = point ? statusWords(point.status) : 'waiting';
  const noise = formatFixed(point?.noiseZNm ?? Number.NaN, 1);
  const score = formatFixed(point?.score ?? Number.NaN, 3);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys.
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names its active option.
    <div
      id={`tile-${bead}`}
      class={`tile tile-${tone}`}
      role="option"
      aria-selected={isSelected}
      aria-posinset={index + 1}
      aria-setsize={count}
      aria-label={`bead ${bead}${isReference ? ', reference' : ''}, z noise ${noise} nm, score ${score}, ${words}`}
      title={`Bead ${bead}: ${words}`}
      style={{
        left: `${(index % columns) * TILE_WIDTH}px`,
        top: `${Math.floor(index / columns) * TILE_HEIGHT}px`,
        width: `${TILE_WIDTH}px`,
        height: `${TILE_HEIGHT}px`,
      }}
      onClick={({ ctrlKey, metaKey, shiftKey }) => onPick(ctrlKey || metaKey || shiftKey)}
    >
      <b>
        {bead}
        {isReference && <i class="reference-mark"> ref</i>}
      </b>
      <span>
        {noise} <small>nm</small>
      </span>
      <span>{score}</span>
      <span class={`tone-${tone}`}>
        <span class="dot" /> {words}
      </span>
    </div>
  );
}

/** Asks for tiles while the wall is on a page that is seen. */
function useAskForTiles({ store, connection }: Pick<ViewProps, 'store' | 'connection'>): void {
  useEffect(() => {
    const isHidden = () => document.hidden;
    const ask = (wanted: boolean) => void connection.request({ type: 'tiles', wanted });
    const onVisibility = () => {
      if (store.isLive.peek()) ask(!isHidden());
    };
    // The tracker forgets what a viewer wants with its connection.
    const stop = effect(() => {
      if (store.isLive.value) ask(!isHidden());
    });
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      stop();
      document.removeEventListener('visibilitychange', onVisibility);
      if (store.isLive.peek()) ask(false);
    };
  }, [store, connection]);
}

/** Index that a key goes to from another, or null. */
function keyTarget(key: string, from: number, count: number, columns: number): number | null {
  const steps: Record<string, number> = {
    ...{ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns },
    ...{ Home: -count, End: count },
  };
  const step = steps[key];
  if (step === undefined || count === 0) return null;
  return Math.min(count - 1, Math.max(0, from < 0 ? 0 : from + step));
}

function scrollIntoView(element: HTMLElement, row: number): void {
  const top = row * TILE_HEIGHT;
  if (top < element.scrollTop) element.scrollTop = top;
  const spare = top + TILE_HEIGHT - element.clientHeight;
  if (spare > element.scrollTop) element.scrollTop = spare;
}
