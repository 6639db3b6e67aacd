import { PROPOSAL_KINDS, type ProposalKind } from '#protocol/bead-proposal.ts';
import { MAX_ROI_SIZE, MIN_ROI_SIZE } from '#protocol/roi.ts';
import { formatFixed } from '../words/format-number.ts';
import type { AutoDetect } from './auto-detect.ts';
import type { ToolProps } from './camera-tools.tsx';
import { KIND_MARKS } from './proposal-overlay.ts';

const KINDS = Object.keys(PROPOSAL_KINDS) as ProposalKind[];

/** Has the tracker propose beads in the frame of the moment, and adds those a person accepts. */
export function AutoDetectPanel({ actions, detect, onDone }: ToolProps & { onDone: () => void }) {
  const { found, tracked, chosen, error, isPickingSeed, isSearching, minScore, seed } = detect;
  const refusal = actions.whyNot.value;
  return (
    <>
      <fieldset>
        <legend>Propose</legend>
        <label>
          <input
            type="radio"
            name="detect-from"
            checked={seed.value === null && !isPickingSeed.value}
            onChange={() => {
              seed.value = null;
              isPickingSeed.value = false;
            }}
          />
          all that has rings
        </label>
        <label>
          <input
            type="radio"
            name="detect-from"
            checked={seed.value !== null || isPickingSeed.value}
            onChange={() => {
              isPickingSeed.value = true;
            }}
          />
          what is like a bead I click
          {seed.value && (
            <small>
              {' '}
              x {formatFixed(seed.value.xPx, 0)}, y {formatFixed(seed.value.yPx, 0)}
            </small>
          )}
        </label>
        {seed.value && (
          <button
            type="button"
            onClick={() => {
              isPickingSeed.value = true;
            }}
          >
            Click another bead
          </button>
        )}
      </fieldset>
      <SearchSettings detect={detect} />
      <button
        type="button"
        class="primary"
        disabled={refusal !== null || isSearching.value || isPickingSeed.value}
        title={refusal ?? undefined}
        onClick={() => void detect.search()}
      >
        {isSearching.value ? 'Searching …' : found.value ? 'Search again' : 'Search'}
      </button>
      {error.value && (
        <p class="tone-lost" role="alert">
          {error.value}
        </p>
      )}
      {found.value && (
        <>
          <label class="row">
            <span>Score from {formatFixed(minScore.value, 2)}</span>
            <input
              type="range"
              min="0"
              max="1"
              step="0.01"
              aria-label="Least score"
              value={minScore.value}
              onInput={({ currentTarget }) => {
                minScore.value = currentTarget.valueAsNumber;
              }}
            />
          </label>
          <Kinds detect={detect} />
          <p role="status">
            {found.value.length} found, <b>{chosen.value.length} to add</b>
            {tracked.value > 0 && `, ${tracked.value} more are tracked already`}
          </p>
          <p class="muted">Click one in the picture to leave it out or take it again.</p>
          <div class="buttons last">
            <button
              type="button"
              class="primary"
              disabled={refusal !== null || chosen.value.length === 0}
              onClick={() => void detect.accept()}
            >
              Accept {chosen.value.length}
            </button>
            <button type="button" onClick={onDone}>
              Reject
            </button>
          </div>
        </>
      )}
    </>
  );
}

function SearchSettings({ detect }: { detect: AutoDetect }) {
  const { clearance, roiSize, size } = detect;
  return (
    <>
      <label class="row">
        <span>
          ROI <small>px</small>
        </span>
        <input
          type="number"
          min={MIN_ROI_SIZE}
          max={MAX_ROI_SIZE}
          step="1"
          value={size.value}
          onChange={({ currentTarget }) => {
            const { valueAsNumber: value } = currentTarget;
            if (Number.isInteger(value) && currentTarget.checkValidity()) roiSize.value = value;
            else currentTarget.value = String(size.peek());
          }}
        />
      </label>
      <label class="row" title="Beads nearer than this many ROI sizes are pairs or clusters">
        <span>
          Clear of neighbors <small>ROI sizes</small>
        </span>
        <input
          type="number"
          min="0"
          max="4"
          step="0.1"
          value={clearance.value}
          onChange={({ currentTarget }) => {
            if (currentTarget.checkValidity() && currentTarget.value !== '') {
              clearance.value = currentTarget.valueAsNumber;
            } else currentTarget.value = String(clearance.peek());
          }}
        />
      </label>
    </>
  );
}

function Kinds({ detect }: { detect: AutoDetect }) {
  const count = (kind: ProposalKind) =>
    (detect.found.value ?? []).filter((one) => one.kind === kind && one.score >= detect.minScore.value)
      .length;
  return (
    <fieldset>
      <legend>Kinds</legend>
      {KINDS.map((kind) => (
        <label key={kind} title={PROPOSAL_KINDS[kind]}>
          <input
            type="checkbox"
            checked={detect.kinds.value.has(kind)}
            onChange={() => detect.toggleKind(kind)}
          />
          <svg width="14" height="14" aria-hidden="true">
            <circle
              cx="7"
              cy="7"
              r="5.5"
              fill="#555"
              stroke={KIND_MARKS[kind].color}
              stroke-width="2"
              stroke-dasharray={KIND_MARKS[kind].dash.join(' ')}
            />
          </svg>
          {KIND_MARKS[kind].name} <small>{count(kind)}</small>
        </label>
      ))}
    </fieldset>
  );
}
