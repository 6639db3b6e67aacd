import { computed, type Signal, signal } from '@preact/signals';
import { MAX_WATCHED_BEADS } from '#protocol/live.ts';

/**
 * The beads a person looks at, and those that the others are compared with.
 * @param notice says why a bead was not taken
 */
export function createBeadSelection(notice: Signal<string | null>) {
  /** In the order they were picked. */
  const selection = signal<readonly number[]>([]);
  const references = signal<readonly number[]>([]);
  /** The bead picked last: whose numbers are large, which keys act on. */
  const selected = computed(() => selection.value.at(-1) ?? null);
  const watched = computed<readonly number[]>(() => [...new Set([...selection.value, ...references.value])]);

  /** Adds a bead to a list, or takes it off. */
  function toggle(list: Signal<readonly number[]>, bead: number): void {
    if (list.value.includes(bead)) {
      list.value = list.value.filter((other) => other !== bead);
      return;
    }
    if (!watched.value.includes(bead) && watched.value.length === MAX_WATCHED_BEADS) {
      notice.value = `at most ${MAX_WATCHED_BEADS} beads, selected and reference, can be watched at a time; take one off first`;
      return;
    }
    list.value = [...list.value, bead];
  }

  /** Selects one bead only, or none. */
  function select(bead: number | null): void {
    if (selection.value.length === (bead === null ? 0 : 1) && selected.value === bead) return;
    if (bead !== null && !references.value.includes(bead) && references.value.length === MAX_WATCHED_BEADS) {
      notice.value = `${MAX_WATCHED_BEADS} reference beads leave none to select; take one off first`;
      return;
    }
    selection.value = bead === null ? [] : [bead];
  }

  return {
    selection,
    references,
    selected,
    /** What the tracker is asked for. */
    watched,
    select,
    toggleSelected: (bead: number) => toggle(selection, bead),
    toggleReference: (bead: number) => toggle(references, bead),
    /** Forgets beads that are gone; the bead in place of the last selected one is selected instead. */
    keep(before: readonly number[], now: readonly number[]): void {
      const place = selected.value === null ? -1 : before.indexOf(selected.value);
      const isKept = (bead: number) => now.includes(bead);
      if (!references.value.every(isKept)) references.value = references.value.filter(isKept);
      if (!selection.value.every(isKept)) selection.value = selection.value.filter(isKept);
      if (selection.value.length > 0) return;
      const neighbor = now[Math.min(Math.max(0, place), now.length - 1)];
      select(neighbor ?? null);
    },
  };
}
