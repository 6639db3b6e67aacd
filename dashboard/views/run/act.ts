import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Ask, LiveConnection } from '../../link/live-connection.ts';
import type { LiveStore } from '../../store/live-store.ts';

/** What a person does in the Run view, and what the tracker has against it. */
export interface RunActs {
  /** Why this person cannot act now, or null. */
  readonly whyNot: ReadonlySignal<string | null>;
  /** What the last request of a part of the view was refused with. */
  readonly refusal: Signal<{ part: string; text: string } | null>;
  /** Asks for something in the name of a part; resolves to whether it was done. */
  act(part: string, ask: Ask): Promise<boolean>;
}

export function createRunActs({ isLive, role, people }: LiveStore, { request }: LiveConnection): RunActs {
  const refusal = signal<{ part: string; text: string } | null>(null);
  const whyNot = computed(() => {
    if (!isLive.value) return 'There is no connection to the tracker.';
    if (role.value !== 'operator') return 'Viewers look, operators act: sign in as an operator to act.';
    const holder = people.value?.holder;
    return holder && !holder.isYou ? `${holder.name} has control.` : null;
  });
  return {
    whyNot,
    refusal,
    async act(part, ask) {
      const text = await request(ask);
      refusal.value = text === null ? null : { part, text };
      return text === null;
    },
  };
}

/** What a part was refused with last. */
export function refusalOf({ refusal }: RunActs, part: string): string | null {
  return refusal.value?.part === part ? refusal.value.text : null;
}
