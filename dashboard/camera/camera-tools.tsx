import type { Signal } from '@preact/signals';
import type { BeadActions } from '../link/bead-actions.ts';
import type { LiveStore } from '../store/live-store.ts';
import type { AutoDetect } from './auto-detect.ts';
import { AutoDetectPanel } from './auto-detect-panel.tsx';
import { BeadFiles } from './bead-files.tsx';
import type { CameraStage } from './camera-stage.ts';
import { ContrastPanel } from './contrast.tsx';
import { RoiSizePanel } from './roi-size.tsx';

/** What the drawer beside the picture holds. */
export type CameraTool = 'detect' | 'size' | 'contrast' | 'files';

/** What every tool of the Live Camera is given. */
export interface ToolProps {
  store: LiveStore;
  actions: BeadActions;
  state: CameraStage;
  detect: AutoDetect;
  tool: Signal<CameraTool | null>;
}

const TOOLS: readonly { id: CameraTool; title: string }[] = [
  { id: 'detect', title: 'Auto-detect' },
  { id: 'size', title: 'ROI size' },
  { id: 'contrast', title: 'Contrast' },
  { id: 'files', title: 'Bead list' },
];

/** Undo, redo, removal, and the buttons that open the drawer. */
export function CameraTools({ store, actions, detect, tool }: ToolProps) {
  const { nextUndo, nextRedo, whyNot } = actions;
  const selection = store.selection.value;
  const refusal = whyNot.value;
  return (
    <div class="camera-tools" role="toolbar" aria-label="Beads and picture">
      <button
        type="button"
        disabled={refusal !== null || nextUndo.value === null}
        title={refusal ?? `Undo${nextUndo.value === null ? '' : `: ${nextUndo.value}`} (Ctrl+Z)`}
        onClick={() => void actions.undo()}
      >
        Undo
      </button>
      <button
        type="button"
        disabled={refusal !== null || nextRedo.value === null}
        title={refusal ?? `Redo${nextRedo.value === null ? '' : `: ${nextRedo.value}`} (Ctrl+Shift+Z)`}
        onClick={() => void actions.redo()}
      >
        Redo
      </button>
      <button
        type="button"
        disabled={refusal !== null || selection.length === 0}
        title={refusal ?? 'Remove the selected beads (Delete)'}
        onClick={() => void actions.remove(...selection)}
      >
        Remove
      </button>
      <span class="spread" />
      {TOOLS.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          class="tool"
          aria-expanded={tool.value === id}
          aria-controls="camera-drawer"
          onClick={() => {
            if (tool.value === 'detect') detect.close();
            tool.value = tool.value === id ? null : id;
          }}
        >
          {title}
        </button>
      ))}
      {refusal !== null && store.isLive.value && <p class="role-note">{refusal}</p>}
    </div>
  );
}

/** The tool that is open, beside the picture. */
export function ToolDrawer(props: ToolProps) {
  const { tool, detect } = props;
  const open = TOOLS.find(({ id }) => id === tool.value);
  const close = () => {
    detect.close();
    tool.value = null;
  };
  return (
    <div id="camera-drawer" hidden={!open}>
      {open && (
        <section
          class="drawer"
          aria-label={open.title}
          onKeyDown={(event) => {
            if (event.key === 'Escape') close();
          }}
        >
          <h3>
            {open.title}
            <button type="button" aria-label={`Close ${open.title}`} onClick={close}>
              ×
            </button>
          </h3>
          {open.id === 'detect' && <AutoDetectPanel {...props} onDone={close} />}
          {open.id === 'size' && <RoiSizePanel {...props} />}
          {open.id === 'contrast' && <ContrastPanel {...props} />}
          {open.id === 'files' && <BeadFiles {...props} />}
        </section>
      )}
    </div>
  );
}
