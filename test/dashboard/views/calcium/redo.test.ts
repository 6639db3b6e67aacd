import { expect, test } from 'vitest';
import type { CalciumRedo } from '#protocol/calcium-redo.ts';
import { Redo } from '../../../../dashboard/views/calcium/redo.ts';
import type { RedoAsk } from '../../../../dashboard/views/calcium/redo-request.ts';

/** A redo whose answers come when the test says so, of a recording of cells 3 and 8. */
function waitingRedo() {
  const asks: RedoAsk[] = [];
  const answers: { resolve(redo: CalciumRedo): void; reject(cause: Error): void }[] = [];
  const redo = new Redo((ask) => {
    asks.push(ask);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  });
  const settle = () => new Promise<void>((done) => setImmediate(done));
  const answer = async (at = answers.length - 1) => {
    const { cells, smoothS } = asks[at]!;
    answers[at]!.resolve(answerOf(cells, smoothS));
    await settle();
  };
  return { redo, asks, answer, answers, settle };
}

const empty = { dff: new Float32Array(0), events: new Uint32Array(0) };

const answerOf = (cells: readonly number[], smoothS: number): CalciumRedo => ({
  ...{ fps: 30, smoothS, cells: [3, 8], measured: 9, skipped: 0, lost: 0, timeS: new Float64Array(0) },
  traces: cells.map((cell) => ({ cell, live: empty, offline: empty, correlation: 1 })),
});

const shown = ({ redo }: ReturnType<typeof waitingRedo>) => redo.answer.value?.traces.map(({ cell }) => cell);

test('the cell that is looked at is made again, or the first where the recording has not got it', async () => {
  const waiting = waitingRedo();
  void waiting.redo.ask('night', 8, 0.3);
  await waiting.answer();
  await waiting.answer();
  expect(waiting.asks).toEqual([
    { name: 'night', cells: [], smoothS: 0.3 },
    { name: 'night', cells: [8], smoothS: 0.3 },
  ]);
  expect([shown(waiting), waiting.redo.isLoading.value]).toEqual([[8], false]);
  void waiting.redo.ask('night', 77, 1);
  await waiting.answer();
  expect(waiting.asks.at(-1)).toEqual({ name: 'night', cells: [3], smoothS: 1 });
});

test('who goes on to another cell gets that one, whichever answer comes last', async () => {
  const waiting = waitingRedo();
  void waiting.redo.ask('night', 3, 0.3);
  await waiting.answer();
  await waiting.answer();
  void waiting.redo.ask('night', 8, 0.3);
  void waiting.redo.ask('night', 3, 0.3);
  await waiting.answer(3);
  await waiting.answer(2);
  expect([shown(waiting), waiting.redo.isLoading.value]).toEqual([[3], false]);
});

test('another recording does not show the one before, and a refusal is told', async () => {
  const waiting = waitingRedo();
  void waiting.redo.ask('night', 3, 0.3);
  await waiting.answer();
  await waiting.answer();
  void waiting.redo.ask('day', 3, 0.3);
  expect(waiting.redo.answer.value).toBeNull();
  waiting.answers.at(-1)!.reject(new Error('it has no cells'));
  await waiting.settle();
  expect([waiting.redo.error.value, waiting.redo.isLoading.value]).toEqual(['it has no cells', false]);
});
