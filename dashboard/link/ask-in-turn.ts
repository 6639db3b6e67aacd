import type { Ask, LiveConnection } from './live-connection.ts';

const turns = new WeakMap<LiveConnection, Promise<unknown>>();

/**
 * Asks what takes the tracker some work when what was asked before is answered: it takes one such question at a time.
 * @returns null when done, else the reason why not
 */
export function askInTurn(connection: LiveConnection, ask: Ask): Promise<string | null> {
  const before = turns.get(connection) ?? Promise.resolve();
  const answer = before.then(() => connection.request(ask));
  turns.set(connection, answer);
  return answer;
}
