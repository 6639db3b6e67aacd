import { useId } from 'preact/hooks';

/** A labeled number with its unit, and what is wrong with it below. */
export function Field({
  label,
  unit,
  value,
  wrong,
  onInput,
  isText = false,
}: {
  label: string;
  unit?: string;
  value: string;
  wrong: string | undefined;
  onInput(value: string): void;
  isText?: boolean;
}) {
  const id = useId();
  // Nothing is wrong with what was not typed yet.
  const isWrong = wrong !== undefined && value !== '';
  return (
    <span class="z-field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode={isText ? 'text' : 'decimal'}
        value={value}
        aria-invalid={isWrong}
        aria-describedby={`${id}-wrong`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {unit !== undefined && <span>{unit}</span>}
      <small id={`${id}-wrong`} class="tone-lost">
        {isWrong && `expected ${wrong}`}
      </small>
    </span>
  );
}
