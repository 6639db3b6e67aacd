import { useSignal } from '@preact/signals';
import type { ZLutComparisonAnswer, ZLutList } from '#protocol/z-lut-list.ts';
import { formatFixed } from '../../words/format-number.ts';
import { nm } from './focus.tsx';
import { fetchComparison } from './requests.ts';

/** How the heights of one Z-LUT are found in another: offset, scale, and what is left by height. */
export function CompareZLuts({ list, unkept }: { list: ZLutList; unkept: readonly string[] }) {
  const names = [
    ...list.inUse.filter(({ facts }) => facts).map(({ zLut }) => zLut),
    ...unkept,
    ...list.zLuts.filter(({ facts }) => facts).map(({ zLut }) => zLut),
  ];
  const first = useSignal<string | null>(null);
  const second = useSignal<string | null>(null);
  const result = useSignal<ZLutComparisonAnswer | { error: string } | null>(null);
  const isAsking = useSignal(false);
  if (names.length < 2) return null;
  const a = names.find((name) => name === first.value) ?? names[0]!;
  const b = names.find((name) => name === second.value) ?? names.at(-1)!;

  async function compare(): Promise<void> {
    isAsking.value = true;
    try {
      result.value = await fetchComparison(a, b);
    } catch (cause) {
      result.value = { error: cause instanceof Error ? cause.message : String(cause) };
    }
    isAsking.value = false;
  }

  const choice = (label: string, value: string, onChoose: (name: string) => void) => (
    <label>
      {label}{' '}
      <select
        value={value}
        onChange={(event) => {
          onChoose(event.currentTarget.value);
          result.value = null;
        }}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {name.replace('in-use/', 'in use by bead ')}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <section class="z-compare" aria-label="Compare two Z-LUTs" aria-busy={isAsking.value}>
      <h3>Compare</h3>
      <form
        class="z-fields"
        onSubmit={(event) => {
          event.preventDefault();
          void compare();
        }}
      >
        {choice('First', a, (name) => {
          first.value = name;
        })}
        {choice('Second', b, (name) => {
          second.value = name;
        })}
        <button type="submit" disabled={isAsking.value || a === b}>
          Compare
        </button>
      </form>
      <div aria-live="polite">
        {result.value &&
          ('error' in result.value ? (
            <p class="tone-lost">{result.value.error}</p>
          ) : (
            <Comparison compared={result.value} />
          ))}
      </div>
    </section>
  );
}

function Comparison({ compared }: { compared: ZLutComparisonAnswer }) {
  const { planes, found, elsewhere, overlapNm, scale, offsetNm, residualNm, score, bands } = compared;
  const most = Math.max(...bands.map(({ rmsNm }) => rmsNm), 1e-9);
  return (
    <>
      <p>
        Offset {nm(offsetNm, 1)}, scale {formatFixed(scale, 4)}, residual {nm(residualNm, 1)} over{' '}
        {nm(overlapNm[0])} to {nm(overlapNm[1])}; median correlation {formatFixed(score, 4)}; {found} of{' '}
        {planes} planes found
        {elsewhere > 0 && <span class="tone-warning">, {elsewhere} of them elsewhere</span>}.
      </p>
      <table>
        <caption>Residual by height</caption>
        <tbody>
          {bands.map(({ fromNm, toNm, rmsNm }) => (
            <tr key={fromNm}>
              <th scope="row">
                {nm(fromNm)} to {nm(toNm)}
              </th>
              <td>{nm(rmsNm, 1)}</td>
              <td class="z-bar" aria-hidden="true">
                <i style={{ width: `${(100 * rmsNm) / most}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
