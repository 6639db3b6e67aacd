import { expect, test } from 'vitest';
import { describeStatus } from '#protocol/track-status.ts';
import { type RoiEdges, readStack, realFolder, roiOfEdges, trackReal } from './real-recording.ts';

const data = realFolder('ot_frame_two_beads');

interface Bead {
  id: number;
  roi: RoiEdges;
  x: number;
  y: number;
  x_sym: number;
  y_sym: number;
}

test.skipIf(data.absent)(
  `two beads 102 px apart: within 1e-4 px of MagTrack, 0.3 px of their symmetry centers, flagged as saturated${data.skipped}`,
  async () => {
    const { beads } = data.expected<{ beads: Bead[] }>();
    const rois = beads.map(({ id, roi }) => roiOfEdges(id, roi));
    const { xPx, yPx, status } = await trackReal(await readStack(data.path('frame.png')), rois);
    expect(beads).toHaveLength(2);
    for (const [row, { x, y, x_sym, y_sym }] of beads.entries()) {
      expect(Math.hypot(xPx[row]! - x, yPx[row]! - y)).toBeLessThan(1e-4);
      expect(Math.hypot(xPx[row]! - x_sym, yPx[row]! - y_sym)).toBeLessThan(0.3);
      expect(describeStatus(status[row]!)).toBe('no-zlut+saturated');
    }
  },
);
