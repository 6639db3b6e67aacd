import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { rememberedChoice } from '../store/remembered-choice.ts';
import { VIEWS } from './index.ts';
import type { View, ViewProps } from './view.ts';
import './view-tabs.css';

const chosen = rememberedChoice('view', VIEWS[0]!.id);

/** The view a person chose, which the address names and the browser remembers. */
function chosenView(): View {
  return VIEWS.find(({ id }) => id === chosen.value) ?? VIEWS[0]!;
}

/** Tabs of all views, the chosen one below them. */
export function ViewTabs(props: ViewProps) {
  const view = chosenView();
  return (
    <section class="views" aria-label="Views">
      <div class="tabs" role="tablist" aria-label="Views" onKeyDown={moveFocus}>
        {VIEWS.map(({ id, title }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === view.id}
            aria-controls="view"
            tabIndex={id === view.id ? 0 : -1}
            onClick={() => {
              chosen.value = id;
            }}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="view" id="view" role="tabpanel" aria-labelledby={`tab-${view.id}`}>
        <LoadedView key={view.id} view={view} {...props} />
      </div>
    </section>
  );
}

function LoadedView({ view, ...props }: ViewProps & { view: View }) {
  const loaded = useSignal<{ Content: ComponentType<ViewProps> } | { error: string } | null>(null);
  useEffect(() => {
    view.load().then(
      (Content) => {
        loaded.value = { Content };
      },
      (cause: unknown) => {
        loaded.value = { error: String(cause) };
      },
    );
  }, [view]);
  const state = loaded.value;
  if (state === null) return null;
  if ('Content' in state) return <state.Content {...props} />;
  return (
    <p class="empty tone-lost" role="alert">
      {view.title} could not be loaded ({state.error}): reload this page
    </p>
  );
}

/** Arrow keys, Home and End go from tab to tab, as in every tab list. */
function moveFocus(event: KeyboardEvent): void {
  const at = VIEWS.findIndex(({ id }) => id === chosen.value);
  const last = VIEWS.length - 1;
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const next = VIEWS[(to + VIEWS.length) % VIEWS.length]!;
  chosen.value = next.id;
  document.getElementById(`tab-${next.id}`)?.focus();
}
