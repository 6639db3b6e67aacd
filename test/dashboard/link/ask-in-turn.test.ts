import { expect, test } from 'vitest';
import { askInTurn } from '../../../dashboard/link/ask-in-turn.ts';
import type { Ask } from '../../../dashboard/link/live-connection.ts';

test('a question waits for the answer to the one before, and gets its own', async () => {
  const asked: string[] = [];
  const answers: ((error: string | null) => void)[] = [];
  const connection = {
    request: ({ type }: Ask) => {
      asked.push(type);
      return new Promise<string | null>((answer) => answers.push(answer));
    },
    close() {},
  };
  const settle = () => new Promise<void>((done) => setImmediate(done));
  const first = askInTurn(connection, { type: 'calcium-projection', kind: 'std' });
  const second = askInTurn(connection, { type: 'reset-projections' });
  await settle();
  expect(asked).toEqual(['calcium-projection']);
  answers[0]!('not now');
  expect(await first).toBe('not now');
  await settle();
  expect(asked).toEqual(['calcium-projection', 'reset-projections']);
  answers[1]!(null);
  expect(await second).toBeNull();
});
