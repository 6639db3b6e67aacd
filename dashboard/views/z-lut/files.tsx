import { useSignal } from '@preact/signals';
import type { ListedZLut, ZLutList } from '#protocol/z-lut-list.ts';
import { formatFixed } from '../../words/format-number.ts';
import type { Act } from './act.ts';
import { nm } from './focus.tsx';
import { zLutUrl } from './requests.ts';
import { parseBeads } from './settings.ts';

/** Files on the tracker that beads can be tracked with, what speaks against each, and for which beads to take it. */
export function ZLutFiles({ list, act }: { list: ZLutList; act: Act }) {
  const chosen = useSignal<string | null>(null);
  const beads = useSignal('');
  const file = list.zLuts.find(({ zLut }) => zLut === chosen.value) ?? list.zLuts[0];
  const there = list.inUse.map(({ bead }) => bead);
  const asked = beads.value.trim() === '' ? there : parseBeads(beads.value);
  const unknown = asked?.find((bead) => !there.includes(bead));
  const isWrong = asked === null || unknown !== undefined;
  const sizes = new Set(list.inUse.filter(({ bead }) => asked?.includes(bead)).map(({ roiSize }) => roiSize));
  const misfits = file?.misfits.filter(({ roiSize }) => sizes.has(roiSize)) ?? [];
  const mayAssign =
    act.whyNot === null && file?.facts && !isWrong && misfits.length === 0 && there.length > 0;
  return (
    <section class="z-files" aria-label="Z-LUT files">
      <h3>Files to choose from</h3>
      {!file && (
        <p class="empty">
          None yet. Put files (.zlut, .npy, .txt or .csv) into <code>{list.folder}</code> on the tracker, or
          keep a sweep.
        </p>
      )}
      {file && (
        <form
          class="z-fields"
          onSubmit={(event) => {
            event.preventDefault();
            if (!mayAssign) return;
            const every = beads.value.trim() === '';
            void act.ask({ type: 'z-lut-assign', zLut: file.zLut, ...(!every && { beads: asked! }) });
          }}
        >
          <label>
            File{' '}
            <select
              value={file.zLut}
              onChange={(event) => {
                chosen.value = event.currentTarget.value;
              }}
            >
              {list.zLuts.map(({ zLut }) => (
                <option key={zLut} value={zLut}>
                  {zLut}
                </option>
              ))}
            </select>
          </label>
          <label>
            for beads{' '}
            <input
              type="text"
              placeholder="all"
              value={beads.value}
              aria-invalid={isWrong}
              onInput={(event) => {
                beads.value = event.currentTarget.value;
              }}
            />
          </label>
          <button type="submit" disabled={!mayAssign} title={act.whyNot ?? undefined}>
            Assign
          </button>
          <a href={zLutUrl('report', file.zLut)} target="_blank" rel="noreferrer">
            Report
          </a>
          <a href={zLutUrl('download', file.zLut)} download>
            Download
          </a>
        </form>
      )}
      {isWrong && (
        <p class="tone-lost" role="alert">
          {asked === null ? 'expected numbers of beads such as 0, 3, 5-9' : `there is no bead ${unknown}`}
        </p>
      )}
      {file && <Facts file={file} />}
      {misfits.map(({ roiSize, why }) => (
        <p key={roiSize} class="tone-lost">
          Does not fit ROIs of {roiSize} px: {why}
        </p>
      ))}
      {list.leftOut > 0 && <p class="tone-warning">{list.leftOut} older files are not listed.</p>}
    </section>
  );
}

function Facts({ file: { facts, error } }: { file: ListedZLut }) {
  if (!facts) return <p class="tone-lost">Cannot be read: {error}</p>;
  const { planes, fromNm, toNm, radii, roiSize, method, model, quality } = facts;
  return (
    <p>
      {planes} planes from {nm(fromNm)} to {nm(toNm)}, {radii} radii
      {roiSize !== null && ` of ROIs of ${roiSize} px`}, {method ?? 'no method named'},{' '}
      {model ? 'with a model' : 'without a model'}.{' '}
      {quality
        ? `Score ${formatFixed(quality.score, 0)}: ${quality.sentence}`
        : 'Not checked: see its report.'}
    </p>
  );
}
