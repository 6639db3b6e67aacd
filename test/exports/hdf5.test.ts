import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeFlatHdf5 } from '#exports/hdf5-flat.ts';
import { writeMagScope } from '#exports/magscope.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { runPython } from '../support/run-python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { anyTable, bytesOf, FACTS, knownTable, sourceOf } from './random-source.ts';

const folder = temporaryFolder();
let files = 0;
const newPath = () => join(folder, `${files++}.h5`);
const MODULES = ['h5py', 'numpy'];
const skipped = skippedWithout(...MODULES);

describe.skipIf(!pythonWith(...MODULES))(`read by h5py${skipped}`, () => {
  test('every column of any table comes back bit for bit', async () => {
    const tables = fc.sample(anyTable, { seed: 9, numRuns: 12 });
    const paths: string[] = [];
    for (const { table } of tables) {
      paths.push(newPath());
      expect(await writeFlatHdf5(paths.at(-1)!, sourceOf(table))).toBe(table.rows);
    }
    const script = `
import json, sys, h5py
print(json.dumps([{g: {n: [str(d.dtype), list(d.shape), d[:].tobytes().hex(), d.attrs['unit']] for n, d in f[g].items()}
  for g in ('tracks', 'cells')} for f in map(h5py.File, sys.argv[1:])]))`;
    const read = JSON.parse(runPython(MODULES, script, ...paths)) as Record<string, object>[];
    const names = { u8: 'uint8', u16: 'uint16', u32: 'uint32', i64: 'int64', f32: 'float32', f64: 'float64' };
    for (const [at, { table, values }] of tables.entries()) {
      const columns = table.columns.map(({ name, type, unit }, column) => {
        return [name, [names[type], [table.rows], bytesOf(values[column]!).toString('hex'), unit]];
      });
      const group = Object.fromEntries(columns);
      expect(read[at]).toEqual({ tracks: group, cells: group });
    }
  });

  test('the file says what it is in attributes, and everything in the dataset metadata', async () => {
    const path = newPath();
    const long = { ...FACTS, rois: Array.from({ length: 20_000 }, (_, bead) => ({ bead })) };
    await writeFlatHdf5(path, { ...sourceOf(knownTable(1, [3]).table), facts: long });
    const script = `
import json, sys, h5py
f = h5py.File(sys.argv[1])
print(json.dumps([json.loads(f['metadata'][()]), dict(f.attrs)]))`;
    const [metadata, attributes] = JSON.parse(runPython(MODULES, script, path));
    expect(metadata).toEqual(long);
    expect(attributes).toEqual({ ...FACTS, calibration: '{"pixelSizeNm":112.5}' });
  });

  test('a script for MagScope finds every frame, its beads and their positions', async () => {
    const path = newPath();
    // 90 frames of 1 to 5 beads, of which one straddles the end of a block.
    const frames = Array.from({ length: 90 }, (_, at) => Array.from({ length: 1 + (at % 5) }, () => 2 * at));
    const { table, values } = knownTable(2, [101, 7, frames.flat().length - 108]);
    const [frame, timeNs, bead] = values as [Uint32Array, BigInt64Array, Uint32Array];
    frame.set(frames.flat());
    timeNs.set(frames.flat().map((id) => 1_767_225_600_000_000_007n + 10_000_000n * BigInt(id)));
    bead.set(frames.flatMap((rows) => rows.map((_, at) => 3 + 7 * at)));
    expect(await writeMagScope(path, sourceOf(table))).toBe(270);
    const script = `
import json, sys, h5py, numpy as np
with h5py.File(sys.argv[1], 'r') as f:
    t = f['tracking']
    assert t.attrs['schema_version'] == 1 and not t.attrs['include_roi_positions']
    assert t.attrs['record_order'] == 'writer_append_order'
    assert t.attrs['batch_sequence_order'] == 'video_task_enqueue_order'
    stamps, offsets = t['frame_timestamps_ns'][:], t['frame_offsets'][:]
    beads, positions = t['bead_ids'][:], t['positions_nm'][:]
    assert stamps.dtype == offsets.dtype == np.uint64 and beads.dtype == np.uint16
    assert positions.dtype == np.float64 and positions.shape == (len(beads), 3)
    assert len(offsets) == len(stamps) + 1 and offsets[-1] == len(beads)
    assert t.attrs['min_frame_timestamp_ns'] == stamps.min() and t.attrs['max_frame_timestamp_ns'] == stamps.max()
    counts = np.diff(offsets).astype(int)
    # Batches cover all frames and records, in order.
    first, number = t['batch_frame_start'][:], t['batch_frame_count'][:]
    records, record_number = t['batch_record_start'][:], t['batch_record_count'][:]
    assert list(t['batch_sequence'][:]) == list(range(len(first)))
    for b in range(len(first)):
        lines = slice(int(first[b]), int(first[b] + number[b]))
        assert (t['frame_batch_sequence'][lines] == b).all()
        assert counts[lines].sum() == record_number[b] and offsets[first[b]] == records[b]
    assert number.sum() == len(stamps) and record_number.sum() == len(beads)
    x = positions[beads == 3, 0]
    print(json.dumps({'counts': counts.tolist(), 'stamps': [str(s) for s in stamps], 'beads': beads.tolist(),
      'positions': positions.tobytes().hex(), 'bead3': len(x), 'frames': f['tweezertrack/frame_numbers'][:].tolist(),
      'status': f['tweezertrack/status'][:].tobytes().hex(), 'format': f.attrs['format']}))`;
    const read = JSON.parse(runPython(MODULES, script, path));
    expect(read.counts).toEqual(frames.map(({ length }) => length));
    expect(read.stamps).toEqual(
      frames.map((rows) => String(1_767_225_600_000_000_007n + 10_000_000n * BigInt(rows[0]!))),
    );
    expect(read.beads).toEqual(Array.from(bead));
    expect(read.frames).toEqual(frames.map((rows) => rows[0]));
    expect(read.bead3).toBe(90);
    expect(read.status).toBe(bytesOf(values[7]!).toString('hex'));
    const positions = new Float64Array(3 * 270);
    for (const [axis, column] of [3, 4, 5].entries()) {
      for (let row = 0; row < 270; row++) positions[3 * row + axis] = (values[column] as Float64Array)[row]!;
    }
    expect(read.positions).toBe(bytesOf(positions).toString('hex'));
    expect(read.format).toBe(FACTS.format);
  });

  test('a recording without frames is a MagScope file without frames', async () => {
    const path = newPath();
    await writeMagScope(path, sourceOf(knownTable(1, []).table));
    const script = `
import sys, h5py
t = h5py.File(sys.argv[1])['tracking']
print(len(t['frame_timestamps_ns']), t['frame_offsets'][:].tolist(), t['positions_nm'].shape)`;
    expect(runPython(MODULES, script, path).trim()).toBe('0 [0] (0, 3)');
  });
});

test('MagScope has no place for a bead beyond 65535, nor for positions in px', async () => {
  const { table, values } = knownTable(1, [3]);
  (values[2] as Uint32Array).set([65_535, 65_536, 0]);
  await expect(writeMagScope(newPath(), sourceOf(table))).rejects.toThrow(/up to 65535, received 65536/);
  const inPx = {
    ...table,
    columns: table.columns.map((one) => ({ ...one, name: one.name.replace('xNm', 'xPx') })),
  };
  await expect(writeMagScope(newPath(), sourceOf(inPx))).rejects.toThrow(/--pixel-size/);
});
