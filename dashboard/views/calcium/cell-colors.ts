import type { Mode } from './choices.ts';

/** CSS colors of a trace. */
export interface CellColors {
  line: string;
  /** Of its events. */
  mark: string;
}

const TRACE = '#40cc8b';
const COMPARED = '#ff4b4e';
const UNDERLAID = 'rgb(64 204 139 / 0.25)';

/** Of the cell that is looked at, and of the second. */
export function cellColors(mode: Mode): [CellColors, CellColors] {
  const second = mode === 'overlay' ? UNDERLAID : COMPARED;
  return [
    { line: TRACE, mark: TRACE },
    { line: second, mark: mode === 'overlay' ? 'rgb(64 204 139 / 0.5)' : COMPARED },
  ];
}
