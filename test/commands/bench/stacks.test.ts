import { expect, test } from 'vitest';
import { run } from '#tracker/commands/bench/stacks.ts';
import { hasFfmpeg } from '../../support/ffmpeg.ts';

const FORMATS = ['tiff', 'tiff-big-endian', 'bigtiff', 'raw', 'npy', 'hdf5', 'zarr'];

test('stacks reads back what it wrote in every format and type, and tells the figures and the load', async () => {
  const pixelTypes = ['mono8', 'mono16', 'float32'] as const;
  const lines = [];
  const options = { width: 40, height: 24, frames: 5, repeats: 2, pixelType: [...pixelTypes] };
  for await (const line of run(options)) lines.push(line);
  const read = lines.filter(({ format }) => format !== 'video');
  expect(read.map(({ format, pixelType }) => [pixelType, format])).toEqual(
    pixelTypes.flatMap((pixelType) => FORMATS.map((format) => [pixelType, format])),
  );
  for (const line of lines) {
    expect(line).toMatchObject({ case: 'stacks', width: 40, height: 24, frames: 5, repeats: 2 });
    expect(line.fps).toBeGreaterThan(0);
    expect(line.fpsBest).toBeGreaterThanOrEqual(line.fps!);
    expect(line.machine.load).toBeGreaterThanOrEqual(0);
    expect(line.framesTracked).toBeNull();
  }
  if (hasFfmpeg) expect(lines.map(({ format }) => format)).toContain('video');
});
