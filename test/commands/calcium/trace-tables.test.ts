import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tracesNpz } from '../../../tracker/commands/calcium/trace-tables.ts';
import { pythonWith, skippedWithout } from '../../support/python.ts';
import { runPython } from '../../support/run-python.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe(`traces as .npz${skippedWithout('numpy')}`, () => {
  test.skipIf(!pythonWith('numpy'))('are the arrays NumPy reads, events by cell and frame', () => {
    const raw = { shape: [2, 3], values: Float64Array.of(1, 2, 3, 4, 5, 6) };
    const dff = { shape: [2, 3], values: Float64Array.of(0, 0.5, Number.NaN, 1, 1, 1) };
    const events = [Int32Array.of(2), Int32Array.of(0, 1)];
    const path = join(temporaryFolder(), 'traces.npz');
    writeFileSync(path, tracesNpz({ raw, traces: raw, dff, events }, 12.5));
    const script = `
import numpy as np, sys
a = np.load(sys.argv[1])
print({name: a[name].tolist() for name in a.files})`;
    expect(runPython(['numpy'], script, path).trim()).toBe(
      "{'counts': [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 'dff': [[0.0, 0.5, nan], [1.0, 1.0, 1.0]], " +
        "'event_cell': [1, 2, 2], 'event_frame': [2, 0, 1], 'fps': 12.5}",
    );
  });
});
