import { expect, test } from 'vitest';
import { type RoiEdges, readStack, realFolder, roiOfEdges, trackReal } from './real-recording.ts';

const data = realFolder('mt_field_vannoort_crop');

interface Bead {
  id: number;
  roi: RoiEdges;
  x: number;
  y: number;
  x_sym: number;
  y_sym: number;
  quality: string;
}

test.skipIf(data.absent)(
  `the 20 isolated beads of 2560 x 1280 px: within 1e-4 px of MagTrack, 0.4 px of their symmetry centers, median 0.1 px${data.skipped}`,
  async () => {
    const beads = data.expected<{ beads: Bead[] }>().beads.filter(({ quality }) => quality === 'isolated');
    const rois = beads.map(({ id, roi }) => roiOfEdges(id, roi));
    const { xPx, yPx, status } = await trackReal(await readStack(data.path('field_crop.png')), rois);
    expect(beads).toHaveLength(20);
    const off = (x: 'x' | 'x_sym', y: 'y' | 'y_sym') =>
      beads.map((bead, row) => Math.hypot(xPx[row]! - bead[x], yPx[row]! - bead[y]));
    expect(Math.max(...off('x', 'y'))).toBeLessThan(1e-4);
    const symmetry = off('x_sym', 'y_sym').toSorted((a, b) => a - b);
    expect(symmetry.at(-1)).toBeLessThan(0.4);
    expect(symmetry[10]).toBeLessThan(0.1);
    // Without a Z-LUT; nothing else is wrong with any of them.
    expect([...status]).toEqual(beads.map(() => 8));
  },
);
