import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { alignFrames, alignFrames031 } from '#calcium-files/align-frames.ts';
import { generateBrukerNamingConvention } from '#calcium-files/bruker-name.ts';
import { loadBrukerTifs, openBrukerSeries } from '#calcium-files/bruker-series.ts';
import { brukerTimes, extractFrameTimes031 } from '#calcium-files/bruker-times.ts';
import { loadImages } from '#calcium-files/load-images.ts';
import { parseVoltageRecording, parseVoltageSettings } from '#calcium-files/voltage-recording.ts';
import { decodeNpy } from '#protocol/npy.ts';

const golden = (name: string) =>
  fileURLToPath(new URL(`../../../shared/data/golden/${name}`, import.meta.url));

const SYNTHETIC = golden('bruker');
const REAL = golden('bruker_real');

interface Voltage {
  csv: string;
  columns: string[];
  rate_hz: number;
  time_ms: string;
  values: string;
  align: Record<'imaging_frame_031' | 'interpolated_031' | 'hold' | 'nearest', string>;
}

interface Case {
  case: string;
  folder: string;
  determine_imaging_content: Record<'channels' | 'planes' | 'frames' | 'height' | 'width', number>;
  stacks: Record<string, string>;
  channel_numbers: number[];
  times: {
    frame_times_s_absolute: number[];
    frame_period_s: number;
    'extract_frame_times_ms_0.3.1': number[];
    volume_times_ms: number[];
  };
  voltage?: Voltage;
}

interface Manifest {
  naming: { channel: number; plane: number; num_channels: number; num_planes: number; sensible: string }[];
  cases: Case[];
}

const manifest: Manifest = existsSync(SYNTHETIC)
  ? JSON.parse(readFileSync(join(SYNTHETIC, 'manifest.json'), 'utf8'))
  : { naming: [], cases: [] };
const expected = (name: string) => decodeNpy(readFileSync(join(SYNTHETIC, name)), name);

describe.skipIf(manifest.cases.length === 0)('folders of PrairieView (skips without ../shared)', () => {
  test('names of a channel and plane match as they should', () => {
    for (const { channel, plane, num_channels: channels, num_planes: planes, sensible } of manifest.naming) {
      expect(generateBrukerNamingConvention(channel, plane, channels, planes)).toBe(sensible);
    }
  });

  test.each(manifest.cases.map((each) => [each.case, each] as const))(
    '%s: every image is where it belongs, at its time',
    async (_, each) => {
      const series = await openBrukerSeries(join(SYNTHETIC, each.folder));
      const { planes, frames, width, height } = series;
      const content = { channels: series.channels.length, planes, frames, height, width };
      expect(content).toEqual(each.determine_imaging_content);
      expect(series.channels).toEqual(each.channel_numbers);
      expect(series.notes).toEqual([]);
      expect(Object.keys(each.stacks)).toHaveLength(content.channels * planes);
      for (const [name, file] of Object.entries(each.stacks)) {
        const [channel, plane] = name.match(/\d+/g)!.map(Number);
        const { shape, values } = await loadBrukerTifs(series, { channel: channel!, plane: plane! });
        const stack = expected(file);
        expect(shape).toEqual(stack.shape);
        expect(values).toEqual(stack.data);
      }
      const { startS, periodS } = brukerTimes(series.scan!, planes, frames);
      const absolute = each.times.frame_times_s_absolute;
      expect([...startS]).toEqual(
        Array.from(startS, (_s, frame) => absolute[frame * planes]! - absolute[0]!),
      );
      expect([...startS.map((s) => Math.round(1000 * s))]).toEqual(each.times.volume_times_ms);
      expect(periodS).toBe(each.times.frame_period_s * planes);
      expect([...extractFrameTimes031(series.scan!)]).toEqual(each.times['extract_frame_times_ms_0.3.1']);
    },
  );

  test.each(
    manifest.cases.flatMap((each) => (each.voltage ? [[each.case, each, each.voltage] as const] : [])),
  )('%s: voltages and the frames they belong to', async (_, each, voltage) => {
    const series = await openBrukerSeries(join(SYNTHETIC, each.folder));
    expect(series.scan!.voltageFiles).toEqual([basename(voltage.csv)]);
    const csv = join(SYNTHETIC, voltage.csv);
    const { names, timeMs, volts } = parseVoltageRecording(readFileSync(csv, 'utf8'), csv);
    expect(names).toEqual(voltage.columns);
    expect(timeMs).toEqual(expected(voltage.time_ms).data);
    expect(volts.shape).toEqual(expected(voltage.values).shape);
    expect(volts.values).toEqual(expected(voltage.values).data);
    const settings = readFileSync(csv.replace(/csv$/, 'xml'), 'utf8');
    expect(parseVoltageSettings(settings, csv)).toEqual({ names: voltage.columns, rateHz: voltage.rate_hz });

    const times = brukerTimes(series.scan!, series.planes, series.frames);
    for (const way of ['hold', 'nearest'] as const) {
      expect(alignFrames(timeMs, times, way), way).toEqual(expected(voltage.align[way]).data);
    }
    const { frame, filled } = alignFrames031(timeMs, extractFrameTimes031(series.scan!));
    expect(frame).toEqual(expected(voltage.align.imaging_frame_031).data);
    expect(filled).toEqual(expected(voltage.align.interpolated_031).data);
  });
});

describe.skipIf(!existsSync(REAL))('images of a real microscope (skips without ../shared)', () => {
  const { files } = existsSync(REAL) ? JSON.parse(readFileSync(join(REAL, 'manifest.json'), 'utf8')) : {};
  const images = (files ?? []).filter(({ shape }: { shape?: number[] }) => shape);

  test('every pixel is read from the file itself', async () => {
    expect(images).toHaveLength(10);
    for (const { file, shape, min, max, sum, first8 } of images) {
      const { shape: axes, values } = await loadImages(join(REAL, file));
      expect(axes).toEqual([1, ...shape]);
      expect(values).toBeInstanceOf(Uint16Array);
      expect([...values.subarray(0, 8)]).toEqual(first8);
      const counts = Array.from(values);
      const facts = counts.reduce(
        (all, count) => ({
          min: Math.min(all.min, count),
          max: Math.max(all.max, count),
          sum: all.sum + count,
        }),
        { min: Infinity, max: 0, sum: 0 },
      );
      expect(facts, file).toEqual({ min, max, sum });
    }
  });

  test('without the document of the scan, the names say what is a volume and what a film', async () => {
    const volumes = await openBrukerSeries(join(REAL, '4planes'));
    expect(volumes).toMatchObject({ channels: [2], planes: 4, frames: 2, width: 256, height: 256 });
    expect(volumes.place(0, 2, 1).name).toMatch(/_Cycle00003_Ch2_000003\.ome\.tif$/);
    const film = await openBrukerSeries(join(REAL, '1plane'));
    expect(film).toMatchObject({ channels: [2], planes: 1, frames: 2, width: 512, height: 512 });
  });

  test('of the signals, those that were switched on have columns', () => {
    const { file } = files.find(({ file: name }: { file: string }) => name.includes('VoltageRecording'));
    const settings = parseVoltageSettings(readFileSync(join(REAL, file), 'utf8'), file);
    expect(settings.names).toEqual(['PicoSpritzer', 'PhotoDiode', 'Locomotion', 'VISstim']);
    expect(settings.rateHz).toBe(1000);
  });
});
