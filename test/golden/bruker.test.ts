import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { generateBrukerNamingConvention } from '#calcium-files/bruker-name.ts';
import { openBrukerSeries } from '#calcium-files/bruker-series.ts';
import { loadImages } from '#calcium-files/load-images.ts';
import { parseVoltageSettings } from '#calcium-files/voltage-recording.ts';
import { readBrukerCase, readBrukerManifest } from './bruker-folder.ts';

const golden = (name: string) =>
  fileURLToPath(new URL(`../../../shared/data/golden/${name}`, import.meta.url));

const SYNTHETIC = golden('bruker');
const REAL = golden('bruker_real');

const manifest = readBrukerManifest(SYNTHETIC) ?? { naming: [], cases: [] };

describe.skipIf(manifest.cases.length === 0)('folders of PrairieView (skips without ../shared)', () => {
  test('names of a channel and plane match as they should', () => {
    for (const { channel, plane, num_channels: channels, num_planes: planes, sensible } of manifest.naming) {
      expect(generateBrukerNamingConvention(channel, plane, channels, planes)).toBe(sensible);
    }
  });

  test.each(manifest.cases.map((each) => [each.case, each] as const))(
    '%s: every image where it belongs, at its time, and the voltages with their frames',
    async (_, golden) => {
      const read = await readBrukerCase(SYNTHETIC, golden);
      expect(Object.keys(read).length).toBeGreaterThanOrEqual(golden.voltage ? 20 : 10);
      for (const [what, [is, should]] of Object.entries(read)) expect(is, what).toEqual(should);
    },
  );
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
