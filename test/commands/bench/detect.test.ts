import { expect, test } from 'vitest';
import { run } from '#tracker/commands/bench/detect.ts';

test('detect finds every bead of its field with every pixel type, and tells the seconds and the load', async () => {
  const options = { width: 480, height: 320, beads: [20], repeats: 2 };
  const pixelTypes = ['mono8', 'mono12', 'float32'] as const;
  const lines = [];
  for await (const line of run({ ...options, pixelType: [...pixelTypes] })) lines.push(line);
  expect(lines.map(({ pixelType }) => pixelType)).toEqual(pixelTypes);
  for (const line of lines) {
    expect(line).toMatchObject({ case: 'detect', beads: 20, beadsFound: 20, roi: 64, repeats: 2 });
    expect(line.secondsMin).toBeGreaterThan(0);
    expect(line.seconds).toBeGreaterThanOrEqual(line.secondsMin as number);
    expect(line.firstSeconds).toBeGreaterThan(0);
    expect(line.cpuSeconds).toBeGreaterThan(0);
    expect(line.seededSeconds).toBeGreaterThan(0);
    expect(line.machine.load).toBeGreaterThanOrEqual(0);
    expect(line.framesTracked).toBeNull();
  }
});
