import { type Signal, useSignal } from '@preact/signals';
import type { Ask } from '../../link/live-connection.ts';
import type { ViewProps } from '../view.ts';

/** What a person can ask the tracker for in this view, and what it answered. */
export interface Act {
  /** Why this person cannot act; null when they can. */
  whyNot: string | null;
  /** Resolves to whether it was done. */
  ask(ask: Ask): Promise<boolean>;
  /** Why the last request was not done. */
  problem: Signal<string | null>;
}

/** Requests of the view and their refusals. */
export function useAct({ actions, connection }: ViewProps): Act {
  const problem = useSignal<string | null>(null);
  return {
    whyNot: actions.whyNot.value,
    problem,
    async ask(ask) {
      problem.value = null;
      problem.value = await connection.request(ask);
      return problem.value === null;
    },
  };
}
