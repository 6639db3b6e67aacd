import { computed, signal } from '@preact/signals';
import type { LiveProjection } from '#protocol/calcium-live.ts';
import { rememberedChoice } from '../../store/remembered-choice.ts';
import type { ProjectionLook } from './projection-picture.ts';

/** Pages of the view. */
export const PAGES = { traces: 'Traces', cells: 'Cells', offline: 'Redo offline' } as const;
export type Page = keyof typeof PAGES;

/** How two cells are shown. */
export const MODES = { single: 'Single', compare: 'Compare', overlay: 'Overlay' } as const;
export type Mode = keyof typeof MODES;

/** What is drawn against time, and the least span of its axis. */
export const QUANTITIES = {
  dff: { title: 'dF/F', unit: '', decimals: 3, leastSpan: 0.1 },
  counts: { title: 'Counts', unit: 'counts', decimals: 1, leastSpan: 10 },
  rate: { title: 'Rate', unit: 'events/s', decimals: 2, leastSpan: 1 },
} as const;
export type Quantity = keyof typeof QUANTITIES;

/** Times to follow, s. */
export const FOLLOWED_S = [
  { seconds: 10, label: '10 s' },
  { seconds: 30, label: '30 s' },
  { seconds: 120, label: '2 min' },
  { seconds: 600, label: '10 min' },
];

const one = <Names extends object>(names: Names, chosen: string, otherwise: keyof Names) =>
  chosen in names ? (chosen as keyof Names) : otherwise;

const chosenPage = rememberedChoice('calcium-page', 'traces');
const chosenMode = rememberedChoice('calcium-mode', 'single');
const chosenQuantity = rememberedChoice('calcium-quantity', 'dff');

/** As it was left: this view comes and goes with its tab. */
export const choices = {
  page: computed(() => one(PAGES, chosenPage.value, 'traces')),
  mode: computed(() => one(MODES, chosenMode.value, 'single')),
  quantity: computed(() => one(QUANTITIES, chosenQuantity.value, 'dff')),
  choosePage: (page: Page) => {
    chosenPage.value = page;
  },
  chooseMode: (mode: Mode) => {
    chosenMode.value = mode;
  },
  chooseQuantity: (quantity: Quantity) => {
    chosenQuantity.value = quantity;
  },
  /** Number of the cell that is looked at; the first when it is not there. */
  cell: signal<number | null>(null),
  /** The one it is compared with. */
  second: signal<number | null>(null),
  /** s of the newest to show; while `span` is null. */
  followedS: signal(30),
  /** A span of time that stays. */
  span: signal<{ fromS: number; toS: number } | null>(null),
  projection: signal<LiveProjection>('std'),
  /** Whether found cells that reach into the ROI of a bead are left out. */
  clearOfBeads: signal(true),
  look: signal<ProjectionLook>({ tint: 'green', darkest: 1, brightest: 0.3 }),
};

/** Another cell is shown as the live trace is, in time, too. */
export function chooseCell(cell: number): void {
  choices.cell.value = cell;
  choices.span.value = null;
}

/** The cell that a step leads to in a list, which ends at its ends; null in an empty one. */
export function cellAfter(cells: readonly number[], from: number | null, step: number): number | null {
  if (cells.length === 0) return null;
  const at = from === null ? -1 : cells.indexOf(from);
  if (at < 0) return cells[0]!;
  return cells[Math.min(cells.length - 1, Math.max(0, at + step))]!;
}

/** How far a key goes in a list, or null. @param page cells that are seen at a time */
export function keyStep(key: string, page: number): number | null {
  const far = Number.MAX_SAFE_INTEGER;
  const steps: Record<string, number> = {
    ...{ ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -far, End: far },
  };
  return steps[key] ?? null;
}

/** The cells that are drawn: the one looked at, and the second where the mode has one. */
export function shownCells(cells: readonly number[]): number[] {
  const { cell, second, mode } = choices;
  const first = cell.value !== null && cells.includes(cell.value) ? cell.value : cells[0];
  if (first === undefined) return [];
  if (mode.value === 'single' || cells.length < 2) return [first];
  const isThere = second.value !== null && second.value !== first && cells.includes(second.value);
  return [first, isThere ? second.value! : cells.find((other) => other !== first)!];
}
