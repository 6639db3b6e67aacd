import { useSignal } from '@preact/signals';
import { MAX_ROI_SIZE, MIN_ROI_SIZE } from '#protocol/roi.ts';
import { Question } from '../panels/question.tsx';
import type { ToolProps } from './camera-tools.tsx';
import { type LossOfZ, lossOfZ } from './unfit-z-luts.ts';

/** ROI size of new beads, of the selected ones, or of all. */
export function RoiSizePanel({ store, actions }: ToolProps) {
  const { beads, selection, newRoiSize, roiSize } = store;
  const size = useSignal(sizeOfSelected() ?? newRoiSize.peek() ?? roiSize.peek());
  const refusal = actions.whyNot.value;
  const cannot =
    refusal ?? (isSize(size.value) ? null : `expected ${MIN_ROI_SIZE} to ${MAX_ROI_SIZE} whole px`);
  const selected = selection.value;
  const all = beads.value.map(({ bead }) => bead);
  /** Beads that would lose their Z-LUTs, and wait for an answer. */
  const asked = useSignal<{ beads: readonly number[]; size: number; loss: LossOfZ } | null>(null);

  function sizeOfSelected(): number | undefined {
    return beads.peek().find(({ bead }) => bead === selection.peek().at(-1))?.size;
  }

  function resize(changed: readonly number[]): void {
    const newSize = size.peek();
    const loss = lossOfZ(
      beads.peek().filter(({ bead }) => changed.includes(bead)),
      newSize,
    );
    if (loss) asked.value = { beads: changed, size: newSize, loss };
    else void actions.resize(changed, newSize, false);
  }

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
          step="2"
          aria-invalid={!isSize(size.value)}
          value={size.value}
          onInput={({ currentTarget }) => {
            size.value = currentTarget.valueAsNumber;
          }}
        />
      </label>
      <div class="buttons column">
        <button
          type="button"
          disabled={cannot !== null || selected.length === 0}
          title={cannot ?? undefined}
          onClick={() => resize(selected)}
        >
          {selected.length === 1
            ? `Use for bead ${selected[0]}`
            : `Use for ${selected.length} selected beads`}
        </button>
        <button
          type="button"
          disabled={cannot !== null || all.length === 0}
          title={cannot ?? undefined}
          onClick={() => resize(all)}
        >
          Use for all {all.length} beads
        </button>
        <button
          type="button"
          disabled={cannot !== null}
          title={cannot ?? undefined}
          onClick={() => void actions.resizeNew(size.peek())}
        >
          Use for new beads ({newRoiSize.value ?? roiSize.value} px now)
        </button>
      </div>
      <p class="muted">Every bead is kept, and its ROI lies about it.</p>
      {asked.value && (
        <Question
          {...asked.value.loss}
          onAnswer={(isYes) => {
            const { beads: changed, size: newSize } = asked.value!;
            asked.value = null;
            if (isYes) void actions.resize(changed, newSize, true);
          }}
        />
      )}
    </>
  );
}

function isSize(size: number): boolean {
  return Number.isInteger(size) && size >= MIN_ROI_SIZE && size <= MAX_ROI_SIZE;
}
