import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError, OutputExistsError, RecordingError } from '#protocol/errors.ts';
import { exportCsv } from '#recording/export-csv.ts';
import { OutputFile } from '#recording/output-file.ts';
import { readTracks } from '#recording/read-recording.ts';
import { createTrackFile } from '#recording/track-file.ts';
import { allRows, expectedRows, FACTS, testFolder, trackedBatch } from './example-run.ts';

test('.csv and .arrows hold the same tracks: exporting the one gives the other, byte for byte', async () => {
  const folder = testFolder();
  const arrows = await createTrackFile(join(folder, 'tracks.arrows'), FACTS);
  const csv = await createTrackFile(join(folder, 'tracks.csv'), FACTS);
  // More rows than one block, so that batches are split between frames.
  for (let first = 0; first < 9000; first += 3000) {
    const batch = trackedBatch(first, 3000, 5);
    arrows.tracked(batch);
    csv.tracked(batch);
  }
  expect([arrows.rows, csv.rows]).toEqual([45_000, 45_000]);
  await arrows.close();
  await csv.close();
  expect(await allRows(readTracks(arrows.path))).toEqual(expectedRows(0, 9000, 5));
  expect(tableFromIPC(readFileSync(arrows.path)).numRows).toBe(45_000);
  await exportCsv(arrows.path, join(folder, 'exported.csv'));
  expect(readFileSync(join(folder, 'exported.csv'), 'utf8')).toBe(readFileSync(csv.path, 'utf8'));
});

test('an existing output is refused without force, another extension always', async () => {
  const folder = testFolder();
  for (const name of ['tracks.csv', 'tracks.arrows']) {
    const path = join(folder, name);
    writeFileSync(path, 'precious');
    await expect(createTrackFile(path, FACTS)).rejects.toThrow(OutputExistsError);
    expect(readFileSync(path, 'utf8')).toBe('precious');
    await (await createTrackFile(path, FACTS, { force: true })).close();
    expect(readFileSync(path, 'utf8')).not.toContain('precious');
  }
  const parquet = join(folder, 'tracks.parquet');
  await expect(createTrackFile(parquet, FACTS)).rejects.toThrow(ConfigError);
  expect(existsSync(parquet)).toBe(false);
  await expect(createTrackFile(join(folder, 'none', 'tracks.csv'), FACTS)).rejects.toThrow(RecordingError);
});

test.skipIf(!existsSync('/dev/full'))('a full disk is an error that says so (needs /dev/full)', () => {
  const full = new OutputFile('/dev/full', true);
  onTestFinished(() => full.close());
  expect(() => full.write(new Uint8Array(10))).toThrow(RecordingError);
  expect(() => full.write(new Uint8Array(10))).toThrow(/ENOSPC.*not complete/);
});
