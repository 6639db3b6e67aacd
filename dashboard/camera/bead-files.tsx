import { useSignal } from '@preact/signals';
import { saveFile } from '../plots/export-traces.ts';
import { placedRoi } from '../store/bead-history.ts';
import { formatBeadCsv, formatBeadJson, type ListedBead, parseBeadFile } from './bead-file.ts';
import type { ToolProps } from './camera-tools.tsx';

const MOST_PROBLEMS = 8;

/** Saves the beads to a file, and loads such a file. */
export function BeadFiles({ store, actions, state }: ToolProps) {
  const loaded = useSignal<{ name: string; beads: readonly ListedBead[] } | null>(null);
  const problems = useSignal<readonly string[]>([]);
  const told = useSignal<string | null>(null);
  const beads = store.beads.value;
  const refusal = actions.whyNot.value;

  const save = (kind: 'json' | 'csv') => {
    const frame = state.frame.peek();
    const text = kind === 'json' ? formatBeadJson(beads, frame) : formatBeadCsv(beads);
    const type = kind === 'json' ? 'application/json' : 'text/csv';
    saveFile(`beads.${kind}`, new Blob([text], { type }));
  };
  const read = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    // The same file may be chosen again after it was edited.
    if (!file) return;
    const read = parseBeadFile(await file.text(), state.frame.peek());
    input.value = '';
    told.value = null;
    problems.value = read.problems;
    loaded.value = read.beads && { name: file.name, beads: read.beads };
  };
  const take = async (replaces: boolean) => {
    const list = loaded.peek();
    if (!list) return;
    const there = new Set(beads.map(({ bead }) => bead));
    const named = new Set(list.beads.map(({ bead }) => bead));
    const rois = list.beads.map((bead) => {
      const roi = placedRoi(bead);
      if (!replaces && there.has(bead.bead)) delete roi.bead;
      return roi;
    });
    const removed = replaces ? [...there].filter((bead) => !named.has(bead)) : [];
    if (!(await actions.place(`load ${list.name}`, rois, removed))) return;
    loaded.value = null;
    told.value = describe(list.beads, replaces);
  };
  /** What became of the list; a Z-LUT belongs to a bead's id and is not part of a list. */
  const describe = (list: readonly ListedBead[], replaces: boolean): string => {
    const now = new Map(store.beads.peek().map(({ bead, zLut }) => [bead, zLut]));
    const others = list.filter(({ bead, zLut }) => zLut !== null && zLut !== now.get(bead));
    const count = `${list.length} beads ${replaces ? 'are in place' : 'were added'}`;
    return others.length === 0
      ? count
      : `${count}; ${others.length} had another Z-LUT (bead ${others[0]!.bead}: ${others[0]!.zLut}): assign it again`;
  };

  return (
    <>
      <div class="buttons">
        <button type="button" disabled={beads.length === 0} onClick={() => save('json')}>
          Save JSON
        </button>
        <button type="button" disabled={beads.length === 0} onClick={() => save('csv')}>
          Save CSV
        </button>
      </div>
      <label class="file" title={refusal ?? undefined}>
        Load a list (JSON or CSV)
        <input
          type="file"
          accept=".json,.csv,.txt"
          disabled={refusal !== null}
          onChange={({ currentTarget }) => void read(currentTarget)}
        />
      </label>
      {loaded.value && (
        <>
          <p>
            {loaded.value.name}: {loaded.value.beads.length} beads
          </p>
          <div class="buttons">
            <button type="button" class="primary" onClick={() => void take(true)}>
              Replace {beads.length}
            </button>
            <button type="button" onClick={() => void take(false)}>
              Add
            </button>
            <button
              type="button"
              onClick={() => {
                loaded.value = null;
              }}
            >
              Cancel
            </button>
          </div>
        </>
      )}
      {problems.value.length > 0 && (
        <div role="alert" class="tone-lost">
          Nothing was loaded:
          <ul>
            {problems.value.slice(0, MOST_PROBLEMS).map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
            {problems.value.length > MOST_PROBLEMS && (
              <li>and {problems.value.length - MOST_PROBLEMS} more</li>
            )}
          </ul>
        </div>
      )}
      {told.value && <p role="status">{told.value}</p>}
    </>
  );
}
