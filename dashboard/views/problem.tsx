import type { Signal } from '@preact/signals';

/** Why something was not done, until somebody has read it. */
export function Problem({ problem, class: name }: { problem: Signal<string | null>; class: string }) {
  if (problem.value === null) return null;
  return (
    <p class={`${name} tone-lost`} role="alert">
      {problem.value}{' '}
      <button
        type="button"
        onClick={() => {
          problem.value = null;
        }}
      >
        Dismiss
      </button>
    </p>
  );
}
