import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTdms } from '#camera-adapters/stacks/tdms.ts';
import type { TdmsValues } from '#camera-adapters/stacks/tdms-values.ts';
import { StackError } from '#protocol/errors.ts';
import { type TdmsWriting, type TdmsWritten, writeTdmsSegment } from '../../support/tdms-writer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;

function save(...segments: Uint8Array[]): string {
  const path = join(folder, `traces-${files++}.tdms`);
  writeFileSync(path, Buffer.concat(segments));
  return path;
}

/** Values of every channel by `group/channel`, and what is missing. */
async function readAll(path: string) {
  const file = await openTdms(path);
  try {
    const values = await file.read(file.channels);
    const named = file.channels.map(
      ({ group, name }, index) => [`${group}/${name}`, values[index]!] as const,
    );
    return { ...file, values: Object.fromEntries<TdmsValues>(named) };
  } finally {
    await file.close();
  }
}

const x = (values: readonly number[], type: NonNullable<TdmsWritten['type']> = 'f8'): TdmsWritten => ({
  path: "/'beads'/'x'",
  type,
  values,
});
const y = (values: readonly number[]): TdmsWritten => ({ path: "/'beads'/'y'", type: 'f4', values });

describe('values', () => {
  const integers = {
    i1: [-128, 127],
    i2: [-32768, 32767],
    i4: [-2147483648, 5],
    u1: [0, 255],
    u2: [7, 65535],
    u4: [0, 4294967295],
    f4: [0.5, -1.25],
    f8: [Math.PI, -1e300],
  } as const;

  test.each([false, true])(
    'of every type of numbers, and all their bits (big-endian %s)',
    async (bigEndian) => {
      const written = Object.entries(integers).map(([type, values]) => ({
        path: `/'g'/'${type}'`,
        type: type as keyof typeof integers,
        values,
      }));
      const long = { path: "/'g'/'i8'", type: 'i8' as const, values: [-(2n ** 63n), 2n ** 62n + 1n] };
      const longer = { path: "/'g'/'u8'", type: 'u8' as const, values: [2n ** 64n - 1n, 3n] };
      const path = save(writeTdmsSegment([...written, long, longer], { bigEndian }));
      const { values } = await readAll(path);
      expect(values).toEqual({
        'g/i1': Int8Array.from(integers.i1),
        'g/i2': Int16Array.from(integers.i2),
        'g/i4': Int32Array.from(integers.i4),
        'g/u1': Uint8Array.from(integers.u1),
        'g/u2': Uint16Array.from(integers.u2),
        'g/u4': Uint32Array.from(integers.u4),
        'g/f4': Float32Array.from(integers.f4),
        'g/f8': Float64Array.from(integers.f8),
        'g/i8': BigInt64Array.from(long.values),
        'g/u8': BigUint64Array.from(longer.values),
      });
    },
  );

  test.each([false, true])('text, truths and times of LabVIEW (big-endian %s)', async (bigEndian) => {
    // 2022-05-19 14:18:00.25 UTC: s from 1904, and a quarter of 2^64.
    const moment = ((BigInt(Date.UTC(2022, 4, 19, 14, 18)) / 1000n + 2_082_844_800n) << 64n) + (1n << 62n);
    const path = save(
      writeTdmsSegment(
        [
          { path: "/'it''s'/'näme'", type: 'string', values: ['µm', '', 'bead'] },
          { path: "/'it''s'/'b'", type: 'boolean', values: [1, 0] },
          { path: "/'it''s'/'t'", type: 'timestamp', values: [moment, moment + (1n << 63n)] },
        ],
        { bigEndian, chunks: 2 },
      ),
    );
    const ns = BigInt(Date.UTC(2022, 4, 19, 14, 18)) * 1_000_000n + 250_000_000n;
    expect((await readAll(path)).values).toEqual({
      "it's/näme": ['µm', '', 'bead', 'µm', '', 'bead'],
      "it's/b": Uint8Array.of(1, 0, 1, 0),
      "it's/t": BigInt64Array.of(ns, ns + 500_000_000n, ns, ns + 500_000_000n),
    });
  });

  test('go on over segments: described anew, as before, not at all, and in the other byte order', async () => {
    const path = save(
      writeTdmsSegment([x([1, 2]), y([10])]),
      writeTdmsSegment([x([3, 4]), y([11])], { withoutDescription: true, newList: false }),
      writeTdmsSegment([
        { ...x([5, 6]), same: true },
        { ...y([12]), same: true },
      ]),
      // Only y is said to have changed; x is as it was.
      Buffer.concat([writeTdmsSegment([y([])], { newList: false })]),
      writeTdmsSegment([x([7]), y([13, 14])], { bigEndian: true, chunks: 3 }),
      writeTdmsSegment([x([8])]),
    );
    const { values, cut } = await readAll(path);
    expect(values).toEqual({
      'beads/x': Float64Array.of(1, 2, 3, 4, 5, 6, 7, 7, 7, 8),
      'beads/y': Float32Array.of(10, 11, 12, 13, 14, 13, 14, 13, 14),
    });
    expect(cut).toBeUndefined();
  });

  test('a channel added to the list keeps those before it', async () => {
    const added = { path: "/'beads'/'z'", type: 'i2', values: [-5] } as const;
    const both = writeTdmsSegment([x([3]), added]);
    // The same values, described by the new channel alone.
    const alone = writeTdmsSegment([added], { newList: false });
    const descriptionBytes = Number(alone.readBigUInt64LE(20));
    const raw = both.subarray(28 + Number(both.readBigUInt64LE(20)));
    const segment = Buffer.concat([alone.subarray(0, 28 + descriptionBytes), raw]);
    segment.writeBigUInt64LE(BigInt(descriptionBytes + raw.length), 12);
    const { values } = await readAll(save(writeTdmsSegment([x([2])]), segment));
    expect(values).toEqual({ 'beads/x': Float64Array.of(2, 3), 'beads/z': Int16Array.of(-5) });
  });

  test('whatever the layout, channels come out as they went in', async () => {
    const kinds = fc.record({
      bigEndian: fc.boolean(),
      interleaved: fc.boolean(),
      chunks: fc.integer({ min: 1, max: 5 }),
      rows: fc.array(fc.tuple(fc.double({ noNaN: true }), fc.integer({ min: -100, max: 100 })), {
        minLength: 1,
        maxLength: 9,
      }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(kinds, { minLength: 1, maxLength: 4 }), async (segments) => {
        const path = save(
          ...segments.map(({ rows, ...writing }) =>
            writeTdmsSegment([x(rows.map(([a]) => a)), y(rows.map(([, b]) => b))], writing),
          ),
        );
        const all = segments.flatMap(({ rows, chunks }) => Array.from({ length: chunks }, () => rows).flat());
        const { values } = await readAll(path);
        expect(values).toEqual({
          'beads/x': Float64Array.from(all, ([a]) => a),
          'beads/y': Float32Array.from(all, ([, b]) => b),
        });
      }),
      { seed: 31, numRuns: 150 },
    );
  });

  test('more than are read at once: many chunks, interleaved or not, and one larger than the buffer', async () => {
    const rows = Array.from({ length: 200 }, (_, at) => at);
    const all = Array.from({ length: 1000 }, () => rows).flat();
    for (const interleaved of [true, false]) {
      const segment = writeTdmsSegment([x(rows), y(rows)], { interleaved, chunks: 1000 });
      const { values } = await readAll(save(segment));
      expect(values['beads/x']).toEqual(Float64Array.from(all));
      expect(values['beads/y']).toEqual(Float32Array.from(all));
    }
    const text = 'bead '.repeat(500_000);
    const long: TdmsWritten = { path: "/'g'/'s'", type: 'string', values: [text] };
    const { values } = await readAll(save(writeTdmsSegment([y([1]), long, x([2])], { chunks: 2 })));
    expect(values).toEqual({
      'beads/y': Float32Array.of(1, 1),
      'g/s': [text, text],
      'beads/x': Float64Array.of(2, 2),
    });
  });
});

test('properties of the file and of channels, the last one where they are given twice', async () => {
  const file = await openTdms(
    save(
      writeTdmsSegment([{ path: '/', properties: { Author: 'Noort', Beads: 4, ok: true } }]),
      writeTdmsSegment([{ ...x([1]), properties: { unit: 'um' } }]),
      writeTdmsSegment([{ path: '/', properties: { Beads: 16 } }]),
    ),
  );
  await file.close();
  expect(Object.fromEntries(file.properties)).toEqual({ Author: 'Noort', Beads: 16, ok: true });
  expect(file.channels).toMatchObject([{ group: 'beads', name: 'x', values: 1 }]);
  expect(file.channels[0]!.properties.get('unit')).toBe('um');
});

describe('files that are cut off', () => {
  const layouts: [string, TdmsWriting][] = [
    ['one channel after the other', {}],
    ['interleaved', { interleaved: true }],
    ['big-endian', { bigEndian: true, chunks: 2 }],
  ];
  test.each(layouts)('%s: at any byte, what is whole is read and the rest is named', async (_, writing) => {
    const [a, b] = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const segments = [1, 2].map(() => writeTdmsSegment([x(a!), y(b!)], writing));
    const bytes = Buffer.concat(segments);
    const little = writeTdmsSegment([x(a!), y(b!)], { ...writing, bigEndian: false });
    const descriptionEnd = 28 + Number(little.readBigUInt64LE(20));
    const whole = (await readAll(save(bytes))).values as Record<string, Float64Array>;
    for (let length = 0; length < bytes.length; length++) {
      if (length === segments[0]!.length) continue;
      const read = await readAll(save(bytes.subarray(0, length))).catch((e: unknown) => e as Error);
      if (read instanceof Error) {
        expect(read, `${length} bytes`).toBeInstanceOf(StackError);
        // Before the end of the first description, nothing is whole.
        expect(length).toBeLessThan(descriptionEnd);
        continue;
      }
      expect(read.cut, `${length} bytes`).toMatch(/^segment [01]: \d+ of \d+ bytes/);
      for (const [name, values] of Object.entries(read.values) as [string, Float64Array][]) {
        expect(values).toEqual(whole[name]!.subarray(0, values.length));
      }
      const values = Object.values(read.values).reduce((sum, { length: many }) => sum + many, 0);
      // What lies behind the first segment counts, whatever its chunk.
      if (length > segments[0]!.length) expect(values).toBeGreaterThanOrEqual(6 * (writing.chunks ?? 1));
    }
  });

  test('a segment that was never finished gives its whole values', async () => {
    const segment = writeTdmsSegment([x([1, 2]), y([7, 8])], { unfinished: true, chunks: 2 });
    const { values, cut } = await readAll(save(segment.subarray(0, segment.length - 9)));
    expect(values).toEqual({ 'beads/x': Float64Array.of(1, 2, 1), 'beads/y': Float32Array.of(7, 8) });
    expect(cut).toBe('segment 0: 39 bytes of one that was not finished');
  });
});

describe('what we do not read is refused by name', () => {
  const at = (type: NonNullable<TdmsWritten['type']>) =>
    writeTdmsSegment([{ path: "/'g'/'c'", type, values: [1] }]);
  test.each<[string, Uint8Array, string]>([
    [
      'raw values of DAQmx',
      at('daqmx'),
      "segment 0: expected plain values of /'g'/'c', received raw values of DAQmx",
    ],
    ['extended-precision floats', at('extended'), 'received extended-precision floats'],
    ['complex numbers', at('complex'), 'expected numbers, times or text, received complex single'],
    [
      'a reference to nothing',
      writeTdmsSegment([{ ...x([1]), same: true }]),
      'received a reference to what was not',
    ],
    [
      'interleaved text',
      writeTdmsSegment([{ path: "/'g'/'c'", type: 'string', values: ['1'] }, x([1])], { interleaved: true }),
      'received strings',
    ],
    [
      'an object without quotes',
      writeTdmsSegment([{ ...x([1]), path: '/beads' }]),
      "named /'group'/'channel', received /beads",
    ],
    [
      'another file',
      Buffer.alloc(64),
      'segment 0: expected a segment that starts with TDSm at byte 0, received bytes 00000000',
    ],
    [
      'counts with a scale',
      writeTdmsSegment([
        { ...x([1]), properties: { NI_Scaling_Status: 'unscaled', NI_Number_Of_Scales: 2 } },
      ]),
      'beads/x: expected values as they are meant',
    ],
    [
      'values of two types',
      Buffer.concat([writeTdmsSegment([x([1])]), writeTdmsSegment([x([1], 'i2')])]),
      'received double and int16',
    ],
  ])('%s', async (_, bytes, text) => {
    const error = await readAll(save(bytes)).catch((e: unknown) => e as Error);
    expect(error).toBeInstanceOf(StackError);
    expect((error as Error).message).toContain(text);
  });

  test('whatever bytes are changed, it is read or refused, never anything else', async () => {
    const original = Buffer.concat([
      writeTdmsSegment([{ ...x([1, 2]), properties: { unit: 'um', n: 3 } }, y([3, 4])], {
        interleaved: true,
      }),
      writeTdmsSegment([{ path: "/'g'/'s'", type: 'string', values: ['a', 'bc'] }], { bigEndian: true }),
    ]);
    const change = fc.record({ at: fc.nat(original.length - 1), byte: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Buffer.from(original);
        for (const { at: place, byte } of changes) bytes[place] = byte;
        const error = await readAll(save(bytes)).catch((e: unknown) => e);
        if (error instanceof Error) expect(error.name).toMatch(/^(StackError|LimitError)$/);
      }),
      { seed: 17, numRuns: 600 },
    );
  });
});

const real = new URL('../../../../shared/data/real/mt_zsweep_vannoort_024/', import.meta.url).pathname;
const reason = existsSync(real) ? '' : ' (skipped: no ../shared/data/real)';

test.skipIf(!existsSync(real))(
  `traces of 16 beads are those of the lab, to the digits it wrote${reason}`,
  async () => {
    const { values, properties, channels } = await readAll(`${real}data_024.tdms`);
    const [header, ...rows] = readFileSync(`${real}tracks_16beads.csv`, 'utf8').trim().split(/\r?\n/);
    const names = header!.split(',');
    expect(channels.map(({ name }) => name)).toEqual(names);
    expect(rows).toHaveLength(251);
    for (const [column, name] of names.entries()) {
      const ours = [...(values[`Tracking data/${name}`] as Float64Array)].map((value) =>
        Number(value.toPrecision(6)),
      );
      expect(ours, name).toEqual(rows.map((row) => Number(row.split(',')[column])));
    }
    expect(properties.get('ROI (pix)')).toBe(100);
    expect(properties.get('Author')).toBe('Noort');
    expect(properties.get('Date/Time')).toBe('19.mei.2022 16:18');
  },
);
