import { expect, test } from 'vitest';
import { expectMagtrack, trackPictures } from './pictures.ts';
import { realFolder } from './real-recording.ts';

const data = realFolder('ot_tweebot_andor');

// 512 x 512 RGBA, beads of 14 px in ROIs of 16 px.
test.skipIf(data.absent)(
  `24 beads in 13 pictures: within 1e-4 px of MagTrack, four of them lost as there; the others within 0.7 px of their symmetry centers${data.skipped}`,
  async () => {
    const tracks = await trackPictures(data);
    expect(tracks).toHaveLength(24);
    expectMagtrack(tracks, 1e-4);
    const found = tracks.filter(({ offSymmetryPx }) => Number.isFinite(offSymmetryPx));
    expect(found).toHaveLength(20);
    expect(Math.max(...found.map(({ offSymmetryPx }) => offSymmetryPx))).toBeLessThan(0.7);
  },
);
