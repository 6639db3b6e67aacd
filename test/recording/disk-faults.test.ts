import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RecordingError } from '#protocol/errors.ts';
import { openRun, readFates, readTracks } from '#recording/read-recording.ts';
import { createRunRecorder, type RunRecorder } from '#recording/run-recorder.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';
import { allRows, expectedRows, FACTS, trackedBatch } from './example-run.ts';

const BEADS = 8;
const KIBIBYTES = 256;

const probe = mountSmallDisk(64);
probe?.remove();

describe.skipIf(!probe)(`a real disk${probe ? '' : ' (skipped: this process may not mount one)'}`, () => {
  let disk: SmallDisk;
  let alarms: string[];
  let frame: number;

  beforeEach(() => {
    disk = mountSmallDisk(KIBIBYTES)!;
    alarms = [];
    frame = 0;
  });
  afterEach(() => disk.remove());

  const folder = () => join(disk.folder, 'runs', 'first');
  const record = () =>
    createRunRecorder(folder(), FACTS, {
      flushMs: 1,
      queueLimitBytes: 32 << 10,
      onAlarm: ({ message }) => alarms.push(message),
    });

  function track(recorder: RunRecorder): void {
    recorder.tracked(trackedBatch(frame++, 1, BEADS));
    recorder.flush();
  }

  const isFull = () => alarms.some((alarm) => /tracks\.arrows: .*ENOSPC/.test(alarm));

  /** Tracks frames, one after the other while the disk takes them, then until the recorder takes no more. */
  async function trackUntilOverrun(recorder: RunRecorder): Promise<void> {
    while (!isFull()) {
      track(recorder);
      await until(() => recorder.stats.rowsWaiting === 0 || isFull());
    }
    while (recorder.stats.rowsLost === 0) track(recorder);
  }

  /** Every frame is in the file, or in a gap that says why not. */
  async function expectAccount(recorder: RunRecorder): Promise<void> {
    const { frames, rowsWritten, rowsLost, rowsWaiting } = recorder.stats;
    expect(frames.tracked + frames['recorder-overrun']).toBe(frame);
    expect([rowsWritten + rowsLost, rowsWaiting]).toEqual([frame * BEADS, 0]);
    const recorded: number[] = [];
    let next = 0;
    for await (const row of readFates(join(folder(), 'frames.arrows'))) {
      expect(row.frame).toBe(next);
      next = row.lastFrame + 1;
      if (row.fate === 'tracked') recorded.push(row.frame);
      else expect(row.fate).toBe('recorder-overrun');
    }
    expect(next).toBe(frame);
    const rows = await allRows(readTracks(join(folder(), 'tracks.arrows')));
    expect(rows).toEqual(recorded.flatMap((id) => expectedRows(id, 1, BEADS)));
    expect((await openRun(folder())).record.frames).toMatchObject({
      tracked: recorded.length,
      'recorder-overrun': frame - recorded.length,
    });
  }

  test('that is full costs counted frames, not the tracking; with room again the recording goes on', async () => {
    const ballast = join(disk.folder, 'ballast');
    writeFileSync(ballast, new Uint8Array(128 << 10));
    const recorder = await record();
    await trackUntilOverrun(recorder);
    for (let more = 0; more < 20; more++) track(recorder);
    expect(recorder.stats.frames['recorder-overrun']).toBe(21);
    expect(alarms.filter((alarm) => /tracks\.arrows: .*ENOSPC.*tracking goes on/.test(alarm))).toHaveLength(
      1,
    );
    expect(alarms.filter((alarm) => /keeps up.*bytes waiting/.test(alarm))).toHaveLength(1);

    rmSync(ballast);
    await until(() => recorder.stats.rowsWaiting === 0);
    for (let more = 0; more < 5; more++) track(recorder);
    await recorder.close();
    await expectAccount(recorder);
    expect(recorder.stats.frames['recorder-overrun']).toBe(21);
  });

  test('that is full to the end leaves what was written readable, and says what it cost', async () => {
    const recorder = await record();
    await trackUntilOverrun(recorder);
    await expect(recorder.close()).rejects.toThrow(/ENOSPC.*rows written, \d+ lost/);
    const { rowsWritten, rowsLost } = recorder.stats;
    expect(rowsWritten + rowsLost).toBe(frame * BEADS);
    expect(rowsLost).toBeGreaterThan(0);
    const rows = await allRows(readTracks(join(folder(), 'tracks.arrows')));
    expect(rows).toEqual(expectedRows(0, rowsWritten / BEADS, BEADS));
  });

  test('that is read-only is refused at once, by name', async () => {
    disk.makeReadOnly();
    const refused = record();
    await expect(refused).rejects.toThrow(RecordingError);
    await expect(refused).rejects.toThrow(/first: expected a folder that can be written, received EROFS/);
  });
});
