import type { LiveStore } from '../store/live-store.ts';
import type { PlotChoices } from '../store/plot-choices.ts';
import { offeredPlots, type PlotDefinition, unitOf } from './plot-definitions.ts';

/** Which plots are shown, and the limits of their axes: empty fields are automatic. */
export function PlotSettings({ store }: { store: LiveStore }) {
  const { plots: choices, fits, camera, knownMotors } = store;
  const pixelSizeNm = camera.value?.pixelSizeNm ?? Number.NaN;
  return (
    <details class="plot-settings">
      <summary>Plot Settings</summary>
      <table>
        {!Number.isFinite(pixelSizeNm) && (
          <caption>No magnitude: the pixel size of the camera is not known.</caption>
        )}
        <thead>
          <tr>
            <th scope="col">Plot</th>
            <th scope="col">from</th>
            <th scope="col">to</th>
          </tr>
        </thead>
        <tbody>
          {offeredPlots(fits.value, pixelSizeNm, knownMotors.value).map((plot) => (
            <Row
              key={plot.column}
              plot={plot}
              unit={unitOf(plot.column, pixelSizeNm).name}
              choices={choices}
            />
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Row({ plot, unit, choices }: { plot: PlotDefinition; unit: string; choices: PlotChoices }) {
  const { column, name } = plot;
  const { hidden, limits } = choices;
  const range = limits.value.get(column);
  const onLimit = (event: Event) => {
    const row = (event.currentTarget as HTMLElement).closest('tr')!;
    const [from, to] = [...row.querySelectorAll<HTMLInputElement>('input[type=number]')].map(
      ({ valueAsNumber }) => valueAsNumber,
    );
    const next = new Map(limits.value);
    // Half a range is still being typed.
    if (from! < to!) next.set(column, [from!, to!]);
    else next.delete(column);
    limits.value = next;
  };
  const limit = (which: string, value: number | undefined) => (
    <td>
      <input
        type="number"
        step="any"
        placeholder="auto"
        aria-label={`${name} ${which}${unit && ` ${unit}`}`}
        defaultValue={value === undefined ? '' : String(value)}
        onInput={onLimit}
      />
    </td>
  );
  return (
    <tr>
      <th scope="row">
        <label>
          <input
            type="checkbox"
            checked={!hidden.value.has(column)}
            onChange={() => {
              const next = new Set(hidden.value);
              if (!next.delete(column)) next.add(column);
              hidden.value = next;
            }}
          />
          {name} <small>{unit}</small>
        </label>
      </th>
      {limit('from', range?.[0])}
      {limit('to', range?.[1])}
    </tr>
  );
}
