/** One choice of a few, side by side. */
export function Segments<Name extends string>({
  legend,
  name,
  options,
  value,
  onChoose,
}: {
  legend: string;
  /** Of the radio buttons. */
  name: string;
  options: Readonly<Record<Name, string>>;
  /** None of them is chosen where it is null. */
  value: Name | null;
  onChoose(name: Name): void;
}) {
  return (
    <fieldset class="segments">
      <legend class="unseen">{legend}</legend>
      {(Object.keys(options) as Name[]).map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={value === option}
            onChange={() => onChoose(option)}
            // A chosen one is chosen again after the sliders were used.
            onClick={() => onChoose(option)}
          />
          <span>{options[option]}</span>
        </label>
      ))}
    </fieldset>
  );
}
