import type { NdArray } from '#calcium/nd-array.ts';
import { xmlTags } from '#camera-adapters/stacks/xml-tags.ts';
import { StackError } from '#protocol/errors.ts';

/** Voltages recorded beside a series. */
export interface VoltageRecording {
  /** [signal] */
  readonly names: readonly string[];
  /** [sample] ms, ascending. */
  readonly timeMs: Float64Array;
  /** [sample, signal] V */
  readonly volts: NdArray<Float64Array>;
}

/**
 * Reads the CSV of a voltage recording: `Time(ms), name, ...`, samples sorted by time.
 *
 * @param file name for messages
 * @throws {StackError} naming the line that has other columns than the first, or anything but numbers
 */
export function parseVoltageRecording(text: string, file: string): VoltageRecording {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const [time, ...names] = lines[0]!.split(',').map((name) => name.trim());
  if (!/^Time\s*\(ms\)$/i.test(time!) || names.length === 0) {
    throw new StackError({
      where: `${file} line 1`,
      expected: 'Time(ms) and the names of signals',
      received: lines[0]!.slice(0, 80),
    });
  }
  const samples = lines.slice(1).map((line, index) => {
    const cells = line.split(',');
    const values = cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    if (values.length === names.length + 1 && !values.some(Number.isNaN)) return values;
    throw new StackError({
      where: `${file} line ${index + 2}`,
      expected: `${names.length + 1} numbers`,
      received: line.slice(0, 80),
      remedy: 'the file may be cut off: copy it again',
    });
  });
  samples.sort((a, b) => a[0]! - b[0]!);
  return {
    names,
    timeMs: Float64Array.from(samples, (sample) => sample[0]!),
    volts: {
      shape: [samples.length, names.length],
      values: Float64Array.from(samples.flatMap((sample) => sample.slice(1))),
    },
  };
}

/** How voltages were recorded. */
export interface VoltageSettings {
  /** Names of the signals that were switched on, in the order of the columns. */
  readonly names: readonly string[];
  readonly rateHz: number;
}

/**
 * Reads the `VRecSessionEntry` document beside a voltage recording.
 * @throws {StackError} if it is cut off, not well-formed, another document, or without a rate
 */
export function parseVoltageSettings(text: string, file: string): VoltageSettings {
  const names: string[] = [];
  const path: string[] = [];
  let [name, isOn, rateHz] = ['', true, Number.NaN];
  for (const part of xmlTags(text, file)) {
    if (part.kind === 'open') {
      path.push(part.name);
      if (part.name === 'VRecSignal') [name, isOn] = ['', true];
    } else if (part.kind === 'close') {
      path.pop();
      if (part.name === 'VRecSignal' && isOn) names.push(name);
    } else {
      const [parent, last] = path.slice(-2);
      if (parent === 'VRecSignal' && last === 'Name') name = part.text;
      if (parent === 'VRecSignal' && last === 'Enabled') isOn = part.text === 'true';
      if (parent === 'Experiment' && last === 'Rate') rateHz = Number(part.text);
    }
  }
  if (rateHz > 0) return { names, rateHz };
  throw new StackError({
    where: file,
    expected: 'the rate of a voltage recording, Hz',
    received: `${rateHz}`,
  });
}
