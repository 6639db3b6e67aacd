import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { alignFrames, alignFrames031 } from '#calcium-files/align-frames.ts';
import { loadBrukerTifs, openBrukerSeries } from '#calcium-files/bruker-series.ts';
import { brukerTimes, extractFrameTimes031 } from '#calcium-files/bruker-times.ts';
import { parseVoltageRecording, parseVoltageSettings } from '#calcium-files/voltage-recording.ts';
import type { BrukerSeries } from '#camera-adapters/stacks/bruker-series.ts';
import { decodeNpy } from '#protocol/npy.ts';

interface Voltage {
  csv: string;
  columns: string[];
  rate_hz: number;
  time_ms: string;
  values: string;
  align: Record<'imaging_frame_031' | 'interpolated_031' | 'hold' | 'nearest', string>;
}

/** A series and what is to be read from it, as the manifest tells. */
export interface BrukerCase {
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

interface BrukerManifest {
  naming: { channel: number; plane: number; num_channels: number; num_planes: number; sensible: string }[];
  cases: BrukerCase[];
}

/** The manifest of a folder of PrairieView series; null for any other folder. */
export function readBrukerManifest(folder: string): BrukerManifest | null {
  const file = join(folder, 'manifest.json');
  if (!existsSync(file)) return null;
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Partial<BrukerManifest>;
  return manifest.naming && manifest.cases ? (manifest as BrukerManifest) : null;
}

/** Reads a series; what was read and what had to be, by what it is. */
export async function readBrukerCase(
  root: string,
  golden: BrukerCase,
): Promise<Record<string, readonly [is: unknown, should: unknown]>> {
  const series = await openBrukerSeries(join(root, golden.folder));
  const { planes, frames, width, height, channels, notes } = series;
  const { startS, periodS } = brukerTimes(series.scan!, planes, frames);
  const { times } = golden;
  const absolute = times.frame_times_s_absolute;
  const stacks: Record<string, readonly [unknown, unknown]> = {};
  for (const [name, file] of Object.entries(golden.stacks)) {
    const [channel, plane] = name.match(/\d+/g)!.map(Number);
    const { shape, values } = await loadBrukerTifs(series, { channel: channel!, plane: plane! });
    const stored = decodeNpy(readFileSync(join(root, file)), file);
    stacks[`shape of ${name}`] = [shape, stored.shape];
    stacks[`pixels of ${name}`] = [values, stored.data];
  }
  return {
    content: [{ channels: channels.length, planes, frames, height, width }, golden.determine_imaging_content],
    'number of stacks': [channels.length * planes, Object.keys(golden.stacks).length],
    'channel numbers': [channels, golden.channel_numbers],
    notes: [notes, []],
    ...stacks,
    'start of frames': [startS, startS.map((_, frame) => absolute[frame * planes]! - absolute[0]!)],
    'start of frames in ms': [Array.from(startS, (s) => Math.round(1000 * s)), times.volume_times_ms],
    period: [periodS, times.frame_period_s * planes],
    'times of 0.3.1': [[...extractFrameTimes031(series.scan!)], times['extract_frame_times_ms_0.3.1']],
    ...(golden.voltage && readVoltage(root, golden.voltage, series)),
  };
}

function readVoltage(root: string, voltage: Voltage, { scan, planes, frames }: BrukerSeries) {
  const stored = (name: string) => decodeNpy(readFileSync(join(root, name)), name);
  const csv = join(root, voltage.csv);
  const { names, timeMs, volts } = parseVoltageRecording(readFileSync(csv, 'utf8'), csv);
  const document = csv.replace(/csv$/, 'xml');
  const settings = parseVoltageSettings(readFileSync(document, 'utf8'), document);
  const times = brukerTimes(scan!, planes, frames);
  const { frame, filled } = alignFrames031(timeMs, extractFrameTimes031(scan!));
  const values = stored(voltage.values);
  return {
    'voltage files': [scan!.voltageFiles, [basename(voltage.csv)]],
    signals: [names, voltage.columns],
    'settings of signals': [settings, { names: voltage.columns, rateHz: voltage.rate_hz }],
    'times of samples': [timeMs, stored(voltage.time_ms).data],
    'shape of volts': [volts.shape, values.shape],
    volts: [volts.values, values.data],
    hold: [alignFrames(timeMs, times, 'hold'), stored(voltage.align.hold).data],
    nearest: [alignFrames(timeMs, times, 'nearest'), stored(voltage.align.nearest).data],
    'frames of 0.3.1': [frame, stored(voltage.align.imaging_frame_031).data],
    'filled frames of 0.3.1': [filled, stored(voltage.align.interpolated_031).data],
  } as const;
}
