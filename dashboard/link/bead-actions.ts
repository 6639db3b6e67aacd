import { computed, type ReadonlySignal } from '@preact/signals';
import { MOST_PLACED_BEADS, type PlacedRoi } from '#protocol/place-beads.ts';
import { type Roi, roiAround } from '#protocol/roi.ts';
import { type BeadStep, changeBetween, createBeadHistory } from '../store/bead-history.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { Ask, LiveConnection } from './live-connection.ts';

/** What a person can do to the beads; a refusal becomes the store's notice. */
export interface BeadActions {
  /** Why this person cannot change beads; null when they can. */
  readonly whyNot: ReadonlySignal<string | null>;
  /** What undo would undo, and redo do again. */
  readonly nextUndo: ReadonlySignal<string | null>;
  readonly nextRedo: ReadonlySignal<string | null>;
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Selects this bead only. */
  select(bead: number): void;
  /** Adds a bead to the selected ones, or takes it off. */
  toggleSelected(bead: number): void;
  /** Adds a bead to the reference beads, or takes it off. */
  toggleReference(bead: number): void;
  /** Adds a bead at a full-frame position. */
  add(xPx: number, yPx: number): Promise<void>;
  move(bead: number, xPx: number, yPx: number): Promise<void>;
  /** Moves a bead by px; those that come while one is under way are added up. */
  nudge(bead: number, dxPx: number, dyPx: number): void;
  remove(...beads: number[]): Promise<void>;
  /** Has the ROI of a bead move with it, or stay. */
  follow(bead: number, follow: boolean): Promise<void>;
  /**
   * Gives beads ROIs of another size about where they are now.
   * @param mayLoseZ whether Z-LUTs of other sizes are taken off; it is refused otherwise
   */
  resize(beads: readonly number[], size: number, mayLoseZ: boolean): Promise<void>;
  /** Gives beads that are added from now on, by whomever, ROIs of this size. */
  resizeNew(size: number): Promise<void>;
  /** Places and removes beads in one step; resolves to whether it was done. */
  place(label: string, rois: readonly PlacedRoi[], removed?: readonly number[]): Promise<boolean>;
}

/** Actions that ask the tracker over a connection. */
export function beadActions(store: LiveStore, { request }: LiveConnection): BeadActions {
  const history = createBeadHistory();
  const whyNot = computed(() => {
    if (!store.isLive.value) return 'There is no connection to the tracker';
    return store.role.value === 'operator' ? null : 'Viewers look, operators act: sign in as an operator';
  });
  const known = (beads: readonly number[]): Roi[] =>
    store.beads.peek().filter(({ bead }) => beads.includes(bead));

  /** @returns the ROIs that were placed, or null when it was refused */
  const attempt = async (ask: Ask): Promise<readonly Roi[] | null> => {
    if (whyNot.peek() !== null) {
      store.notice.value = whyNot.peek();
      return null;
    }
    let placed: readonly Roi[] = [];
    const error = await request(ask, (answer) => {
      if (answer.type === 'placed') placed = answer.rois;
    });
    store.notice.value = error;
    return error === null ? placed : null;
  };
  let turn: Promise<unknown> = Promise.resolve();
  /** One thing at a time: what was there before, and what is to be undone, shows when the last one is answered. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
  const change = (
    ask: Ask,
    changed: readonly number[],
    step: Pick<BeadStep, 'label' | 'joins'>,
  ): Promise<readonly Roi[] | null> =>
    inTurn(async () => {
      const before = known(changed);
      const after = await attempt(ask);
      if (after) history.note({ ...step, before, after });
      return after;
    });
  const place = async (
    label: string,
    rois: readonly PlacedRoi[],
    removed: readonly number[] = [],
    mayLoseZ = false,
  ): Promise<boolean> => {
    if (rois.length > MOST_PLACED_BEADS || removed.length > MOST_PLACED_BEADS) {
      store.notice.value = `at most ${MOST_PLACED_BEADS} beads at a time, these are ${Math.max(rois.length, removed.length)}`;
      return false;
    }
    const changed = [...removed, ...rois.flatMap(({ bead }) => (bead === undefined ? [] : [bead]))];
    const losing = mayLoseZ ? { mayLoseZ } : {};
    const ask: Ask = { type: 'place-beads', place: [...rois], remove: [...removed], ...losing };
    return (await change(ask, changed, { label })) !== null;
  };
  /** Undoes or redoes. */
  const go = async (from: readonly Roi[], to: readonly Roi[]): Promise<boolean> => {
    const there = new Set(store.beads.peek().map(({ bead }) => bead));
    const { remove, place: rois } = changeBetween(from, to, (bead) => there.has(bead));
    if (remove.length === 0 && rois.length === 0) return true;
    return (await attempt({ type: 'place-beads', place: rois, remove })) !== null;
  };

  let nudging: { bead: number; dxPx: number; dyPx: number } | null = null;
  let isNudging = false;
  const nudgeOn = async (): Promise<void> => {
    isNudging = true;
    let last: Roi | undefined;
    while (nudging) {
      const { bead, dxPx, dyPx } = nudging;
      nudging = null;
      const roi: Roi | undefined = last?.bead === bead ? last : known([bead])[0];
      if (!roi) break;
      const to = { xPx: roi.left + roi.size / 2 + dxPx, yPx: roi.top + roi.size / 2 + dyPx };
      const step = { label: `nudge bead ${bead}`, joins: `nudge ${bead}` };
      const placed = await change({ type: 'move-bead', bead, ...to }, [bead], step);
      last = placed?.[0];
    }
    isNudging = false;
  };

  return {
    whyNot,
    nextUndo: history.nextUndo,
    nextRedo: history.nextRedo,
    undo: () => inTurn(() => history.takeBack(({ before, after }) => go(after, before))),
    redo: () => inTurn(() => history.bringBack(({ before, after }) => go(before, after))),
    select: store.select,
    toggleSelected: store.toggleSelected,
    toggleReference: store.toggleReference,
    place,
    async add(xPx, yPx) {
      const size = store.newRoiSize.peek();
      const ask: Ask = { type: 'add-bead', xPx, yPx, ...(size === null ? {} : { size }) };
      await change(ask, [], { label: 'add a bead' });
    },
    async move(bead, xPx, yPx) {
      await change({ type: 'move-bead', bead, xPx, yPx }, [bead], { label: `move bead ${bead}` });
    },
    nudge(bead, dxPx, dyPx) {
      const waiting = nudging?.bead === bead ? nudging : { dxPx: 0, dyPx: 0 };
      nudging = { bead, dxPx: waiting.dxPx + dxPx, dyPx: waiting.dyPx + dyPx };
      if (!isNudging) void nudgeOn();
    },
    async remove(...beads) {
      const [bead] = beads;
      if (bead === undefined) return;
      if (beads.length > 1) await place(`remove ${beads.length} beads`, [], beads);
      else await change({ type: 'remove-bead', bead }, beads, { label: `remove bead ${bead}` });
    },
    async follow(bead, follow) {
      await attempt({ type: 'follow-bead', bead, follow });
    },
    async resize(beads, size, mayLoseZ) {
      const rois = known(beads).map((roi) => placedAbout(roi, size, store));
      const label = beads.length === 1 ? `resize bead ${beads[0]}` : `resize ${beads.length} beads`;
      await place(label, rois, [], mayLoseZ);
    },
    async resizeNew(roiSize) {
      await attempt({ type: 'set-rig', choices: { roiSize } });
    },
  };
}

/** An ROI of another size whose middle is the bead, or the middle of the ROI before while the bead is lost. */
function placedAbout({ bead, left, top, size, follow }: Roi, newSize: number, store: LiveStore): PlacedRoi {
  const { xPx = Number.NaN, yPx = Number.NaN } = store.newest.peek().get(bead) ?? {};
  const isTracked = Number.isFinite(xPx + yPx);
  const [x, y] = isTracked ? [xPx, yPx] : [left + size / 2, top + size / 2];
  return { ...roiAround(bead, x, y, newSize), ...(follow === undefined ? {} : { follow }) };
}
