import { expect, test } from 'vitest';
import { expectMagtrack, trackPictures } from './pictures.ts';
import { realFolder } from './real-recording.ts';

const data = realFolder('ot_tweebot_ccd');

// 480 x 640 RGBA, elliptical rings; two beads that nearly touch draw the tracker between them.
test.skipIf(data.absent)(
  `32 beads in 17 pictures: within 1e-4 px of MagTrack; those called isolated within 0.6 px of their symmetry centers${data.skipped}`,
  async () => {
    const tracks = await trackPictures(data);
    expect(tracks).toHaveLength(32);
    expectMagtrack(tracks, 1e-4);
    const isolated = tracks.filter(({ quality }) => quality === 'isolated');
    expect(isolated.length).toBeGreaterThanOrEqual(20);
    expect(Math.max(...isolated.map(({ offSymmetryPx }) => offSymmetryPx))).toBeLessThan(0.6);
  },
);
