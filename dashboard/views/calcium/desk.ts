import { signal } from '@preact/signals';
import type { CellMap } from '#protocol/cell-map.ts';
import { CellDraft } from './draft.ts';

/** What a click or a drag on the picture does. */
export const TOOLS = { select: 'Select', draw: 'New cell', add: 'Add to', erase: 'Erase' } as const;
export type Tool = keyof typeof TOOLS;

/** Cells being edited, and those of the tracker they began with. */
interface Desk {
  draft: CellDraft;
  base: CellMap;
}

/** Null before the first map; it outlasts the tab. */
const open = signal<Desk | null>(null);
/** Counts the changes of the draft, which is no signal itself. */
const changes = signal(0);

/** As it was left: this view comes and goes with its tab. */
export const desk = {
  tool: signal<Tool>('select'),
  /** px */
  radius: signal(4),
  /** The draft, to be read again after every change; null before the first map. */
  get draft(): CellDraft | null {
    void changes.value;
    return open.value?.draft ?? null;
  },
  /** Whether there is something to apply. */
  get isChanged(): boolean {
    void changes.value;
    return open.value !== null && !isSame(open.value.draft.map, open.value.base);
  },
  /** Whether the tracker has got other cells since the draft was begun. */
  isOutdated: (map: CellMap) => open.value !== null && !isSame(open.value.base, map),
  /** Changes the draft by `change`. */
  edit(change: (draft: CellDraft) => void): void {
    const draft = open.peek()?.draft;
    if (!draft) return;
    change(draft);
    changes.value = changes.peek() + 1;
  },
  /** Takes the cells of the tracker; what a person changed and has not applied stays. */
  take(map: CellMap): void {
    const now = open.peek();
    const fits = now?.draft.width === map.width && now.draft.height === map.height;
    if (now && fits && isSame(now.draft.map, map)) open.value = { ...now, base: map };
    else if (!now || !fits || isSame(now.draft.map, now.base))
      open.value = { draft: new CellDraft(map), base: map };
  },
  /** Puts what was changed away. */
  discard(map: CellMap): void {
    open.value = { draft: new CellDraft(map), base: map };
  },
};

function isSame(one: CellMap, other: CellMap): boolean {
  if (one === other) return true;
  if (one.width !== other.width || one.height !== other.height) return false;
  return one.runs.length === other.runs.length && one.runs.every((value, at) => value === other.runs[at]);
}
