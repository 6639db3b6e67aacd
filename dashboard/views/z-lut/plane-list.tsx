import { useId } from 'preact/hooks';
import type { StackForm } from './stack-form.ts';

/** The file that says where the planes are, if one was chosen. */
export function PlaneList({
  planes,
  wrong,
  onChange,
}: {
  planes: StackForm['planes'];
  wrong: string | undefined;
  onChange(planes: StackForm['planes']): void;
}) {
  const id = useId();
  const read = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (!file) return;
    const text = await file.text();
    // The same file may be chosen again after it was edited.
    input.value = '';
    onChange({ name: file.name, text });
  };
  return (
    <span class="z-field">
      <label for={id}>Planes by a list</label>
      <input
        id={id}
        type="file"
        accept=".csv,text/csv"
        aria-describedby={`${id}-said`}
        onChange={({ currentTarget }) => void read(currentTarget)}
      />
      <small id={`${id}-said`} class={wrong === undefined ? undefined : 'tone-lost'}>
        {planes
          ? `${planes.name}${wrong === undefined ? '' : `: expected ${wrong}`}`
          : 'CSV with zNm for every frame, or frame,zNm; also pass and timeS'}
      </small>
      {planes && (
        <button type="button" onClick={() => onChange(null)}>
          Without the list
        </button>
      )}
    </span>
  );
}
