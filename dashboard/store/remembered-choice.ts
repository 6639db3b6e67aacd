import { effect, type Signal, signal } from '@preact/signals';

/** A choice that this browser remembers for the next visit; kept for this one where storage is forbidden. */
export function rememberedChoice(name: string, otherwise: string): Signal<string> {
  const key = `tweezertrack.${name}`;
  const choice = signal(stored(key) ?? otherwise);
  effect(() => store(key, choice.value));
  return choice;
}

/** The fields of a remembered choice that has several; none where it is not understood. */
export function recordIn<Field extends string>(text: string): Partial<Record<Field, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows and full storage: the choice lasts as long as the page.
  }
}
