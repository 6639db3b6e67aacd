import { useSignal } from '@preact/signals';
import { saveFile } from '../../plots/export-traces.ts';
import { desk } from './desk.ts';
import { labelFile, parseLabelFile } from './label-file.ts';

/** Saves the cells as a NumPy image of their numbers, and loads such an image. */
export function CellFiles() {
  const problem = useSignal<string | null>(null);
  const draft = desk.draft;
  const read = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (!file || !draft) return;
    const parsed = parseLabelFile(new Uint8Array(await file.arrayBuffer()), draft);
    // The same file may be chosen again after it was edited.
    input.value = '';
    problem.value = 'wrong' in parsed ? parsed.wrong : null;
    if ('labels' in parsed) desk.edit((open) => open.replace(parsed.labels));
  };
  return (
    <section class="calcium-group" aria-labelledby="calcium-files-title">
      <h3 id="calcium-files-title">Files</h3>
      <div class="calcium-buttons">
        <button
          type="button"
          disabled={!draft}
          onClick={() => draft && saveFile('cells.npy', new Blob([labelFile(draft.map)]))}
        >
          Save .npy
        </button>
      </div>
      <label class="calcium-file">
        Load an image of cell numbers (.npy)
        <input type="file" accept=".npy" onChange={({ currentTarget }) => void read(currentTarget)} />
      </label>
      {problem.value !== null && (
        <p class="tone-lost" role="alert">
          {problem.value}
        </p>
      )}
    </section>
  );
}
