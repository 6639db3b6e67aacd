import { expect, test } from 'vitest';
import { AppendFile, type FileAccess } from '#recording/append-file.ts';
import { until } from '../support/until.ts';

/** A file in memory that notes what is asked of it; each write ends when `step` is called. */
function steppedFile() {
  const writes: { text: string; position: number }[] = [];
  const waiting: { resolve: () => void; reject: (cause: Error) => void }[] = [];
  let syncFailure: Error | null = null;
  const file: FileAccess = {
    write(bytes, position) {
      writes.push({ text: Buffer.from(bytes).toString(), position });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    truncate: async () => {},
    sync: async () => {
      if (syncFailure) throw syncFailure;
    },
    close: async () => {},
  };
  return {
    file,
    writes,
    succeed: () => waiting.shift()!.resolve(),
    fail: (cause: Error) => waiting.shift()!.reject(cause),
    failSyncs: (cause: Error | null) => {
      syncFailure = cause;
    },
  };
}

test('writes go out one at a time, in order, each where the one before ended', async () => {
  const disk = steppedFile();
  const file = new AppendFile(disk.file, 100, () => {}, 100);
  file.push(Buffer.from('one'), 1);
  file.push(Buffer.from('three'), 2);
  expect(disk.writes).toEqual([{ text: 'one', position: 100 }]);
  expect(file).toMatchObject({ waitingBytes: 8, waitingRows: 3, writtenRows: 0 });
  disk.succeed();
  await until(() => disk.writes.length === 2);
  expect(disk.writes[1]).toEqual({ text: 'three', position: 103 });
  disk.succeed();
  await until(() => file.writtenRows === 3);
  expect(file).toMatchObject({ waitingBytes: 0, waitingRows: 0, writtenBytes: 108 });
});

test('what came during a write goes out in one, but one by one on a disk that has just failed', async () => {
  const disk = steppedFile();
  const file = new AppendFile(disk.file, 0, () => {}, 100);
  for (const text of ['a', 'bb', 'ccc', 'dddd']) file.push(Buffer.from(text), text.length);
  disk.succeed();
  await until(() => disk.writes.length === 2);
  disk.fail(new Error('ENOSPC'));
  await until(() => {
    file.pump();
    return disk.writes.length === 3;
  });
  disk.succeed();
  await until(() => disk.writes.length === 4);
  disk.succeed();
  await until(() => file.writtenRows === 10);
  expect(disk.writes).toEqual([
    { text: 'a', position: 0 },
    { text: 'bbcccdddd', position: 1 },
    { text: 'bb', position: 1 },
    { text: 'cccdddd', position: 3 },
  ]);
  expect(file).toMatchObject({ waitingBytes: 0, waitingRows: 0, writtenBytes: 10 });
});

test('one write has its bytes at most, unless a single entry has more', async () => {
  const disk = steppedFile();
  const file = new AppendFile(disk.file, 0, () => {}, 4);
  for (const size of [1, 3, 2, 2, 1, 5]) file.push(new Uint8Array(size), 1);
  for (let write = 1; write <= 5; write++) {
    await until(() => disk.writes.length === write);
    disk.succeed();
  }
  await until(() => file.writtenRows === 6);
  expect(disk.writes.map(({ position }) => position)).toEqual([0, 1, 4, 8, 9]);
});

test('a failed write is tried again at the same place and reported once a spell', async () => {
  const disk = steppedFile();
  const errors: unknown[] = [];
  const file = new AppendFile(disk.file, 0, (cause) => errors.push(cause), 100);
  const full = new Error('ENOSPC');
  file.push(Buffer.from('one'), 1);
  for (let attempt = 1; attempt <= 2; attempt++) {
    disk.fail(full);
    await until(() => {
      file.pump();
      return disk.writes.length === attempt + 1;
    });
  }
  expect(disk.writes).toEqual(Array(3).fill({ text: 'one', position: 0 }));
  expect(errors).toEqual([full]);
  disk.succeed();
  await until(() => file.writtenRows === 1);
  file.push(Buffer.from('two'), 1);
  await until(() => {
    file.pump();
    return disk.writes.length === 4;
  });
  disk.fail(full);
  await until(() => errors.length === 2);
});

test('syncs that fail are reported once a spell', async () => {
  const disk = steppedFile();
  const errors: unknown[] = [];
  const file = new AppendFile(disk.file, 0, (cause) => errors.push(cause), 100);
  const broken = new Error('EIO');
  disk.failSyncs(broken);
  file.push(Buffer.from('one'), 1);
  disk.succeed();
  await until(() => file.writtenRows === 1);
  for (let time = 0; time < 3; time++) {
    file.sync();
    await until(() => errors.length > 0);
    // A sync that fails does so at once here: another report would be there by the next turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(errors).toEqual([broken]);
});
