import { expect, test } from 'vitest';
import { readZLut } from '#protocol/z-lut-file.ts';
import { realFolder } from './real-recording.ts';

const data = realFolder('mt_force_table_magscope');

test.skipIf(data.absent)(
  `MagScope's text Z-LUT is read: 100 planes from -5000 to 5000 nm, 25 radii${data.skipped}`,
  async () => {
    const { simulation_zlut } = data.expected<{ simulation_zlut: { shape: [number, number] } }>();
    const zLut = await readZLut(data.path('simulation_zlut.txt'));
    expect([zLut.radii + 1, zLut.planes]).toEqual(simulation_zlut.shape);
    expect(zLut.planeZNm[0]).toBe(-5000);
    expect(zLut.planeZNm[99]).toBeCloseTo(5000, 9);
    expect(zLut.planeZNm[1]! - zLut.planeZNm[0]!).toBeCloseTo(10_000 / 99, 9);
    expect(zLut.profiles.filter(Number.isFinite)).toHaveLength(2500);
  },
);
