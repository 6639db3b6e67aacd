import { expect, test } from 'vitest';
import { type RoiEdges, readStack, realFolder, roiOfEdges, trackReal } from './real-recording.ts';

const data = realFolder('bf_colloids_trackpy');

interface Bead {
  id: number;
  frames: number[];
  roi: RoiEdges[];
  x: number[];
  y: number[];
  x_sym: number[];
  y_sym: number[];
}

test.skipIf(data.absent)(
  `five colloids in a folder of 33 pictures: within 1e-4 px of MagTrack, 0.3 px of their symmetry centers, median 0.16 px${data.skipped}`,
  async () => {
    const { beads } = data.expected<{ beads: Bead[] }>();
    const film = await readStack(data.path('.'));
    const symmetry: number[] = [];
    for (let frame = 0; frame < film.frames; frame++) {
      const rois = beads.map(({ id, roi }) => roiOfEdges(id, roi[frame]!));
      const { xPx, yPx } = await trackReal(film, rois, { frames: [frame] });
      for (const [row, { frames, x, y, x_sym, y_sym }] of beads.entries()) {
        expect(frames[frame]).toBe(frame);
        expect(Math.hypot(xPx[row]! - x[frame]!, yPx[row]! - y[frame]!)).toBeLessThan(1e-4);
        symmetry.push(Math.hypot(xPx[row]! - x_sym[frame]!, yPx[row]! - y_sym[frame]!));
      }
    }
    symmetry.sort((a, b) => a - b);
    expect(symmetry).toHaveLength(165);
    expect(symmetry.at(-1)).toBeLessThan(0.3);
    expect(symmetry[82]).toBeLessThan(0.16);
  },
);
