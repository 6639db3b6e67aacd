import { expect, test } from 'vitest';
import { FrameFates } from '#calcium-live/frame-fates.ts';
import { CELL_COLUMNS } from '#protocol/calcium-live.ts';
import type { MeasuredCells } from '#sinks/cell-sink.ts';

const cells = Uint16Array.of(4, 9);

const frame = (id: number) => {
  return {
    id,
    timeNs: 10n * BigInt(id),
    receivedNs: 0n,
    room: { pixels: new Uint8Array(new SharedArrayBuffer(8)) },
  };
};

/** Measures of frames with these numbers: 100 times the number, and the place of the column and the cell. */
function replyOf(...ids: number[]) {
  const values = CELL_COLUMNS.flatMap((_, column) =>
    ids.flatMap((id) => [100 * id + 10 * column, 100 * id + 10 * column + 1]),
  );
  const waveform = { cell: 9, frame: ids[0]!, at: 0, dff: Float32Array.of(1) };
  return {
    type: 'measured' as const,
    measuredNs: BigInt64Array.from(ids, (id) => BigInt(id)),
    values: Float32Array.from(values),
    events: Uint8Array.from(ids.flatMap((id) => [id, 0])),
    waveforms: [waveform],
    us: 1,
    projected: 0,
  };
}

test('frames of one reply are told of in parts where one between them was skipped', () => {
  const told: unknown[] = [];
  const fates = new FrameFates({
    release: () => {},
    onMeasured: ({ frames, columns, events, waveforms }: MeasuredCells) => {
      const { counts, dff } = columns;
      told.push([
        frames.map(({ measuredNs }) => measuredNs),
        [...counts],
        [...dff],
        [...events],
        waveforms.length,
      ]);
    },
    onSkipped: (first, last) => told.push([first, last]),
  });
  for (const id of [1, 2]) fates.wait(frame(id), cells);
  fates.skip(frame(3));
  fates.wait(frame(4), cells);
  fates.skip(frame(5));
  fates.skip(frame(6));
  expect(told).toEqual([]);
  fates.settle(replyOf(1, 2, 4));
  expect(told).toEqual([
    [[1n, 2n], [100, 101, 200, 201], [130, 131, 230, 231], [1, 0, 2, 0], 0],
    [3, 3],
    [[4n], [400, 401], [430, 431], [4, 0], 1],
    [5, 6],
  ]);
  expect([fates.measured, fates.skipped, fates.waiting]).toEqual([3, 3, 0]);
});

test('frames that are given up join the runs of those skipped beside them, as many as there are', () => {
  const told: unknown[] = [];
  const released: unknown[] = [];
  const fates = new FrameFates({
    release: (room) => released.push(room),
    onMeasured: ({ frames }) => told.push(frames.map(({ id }) => id)),
    onSkipped: (first, last) => told.push([first, last]),
  });
  const frames = [1, 2, 3, 4, 5].map(frame);
  for (const [index, one] of frames.entries()) index === 1 ? fates.skip(one) : fates.wait(one, cells);
  fates.giveUp(2);
  expect(told).toEqual([[1, 3]]);
  expect(released).toEqual([frames[1]!.room, frames[0]!.room, frames[2]!.room]);
  fates.settle(replyOf(4));
  fates.giveUp();
  expect(told).toEqual([[1, 3], [4], [5, 5]]);
  expect([fates.measured, fates.skipped, fates.waiting, released.length]).toEqual([1, 4, 0, 5]);
});
