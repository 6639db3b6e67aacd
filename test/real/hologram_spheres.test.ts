import { expect, test } from 'vitest';
import { expectMagtrack, trackPictures } from './pictures.ts';
import { realFolder } from './real-recording.ts';

const data = realFolder('hologram_spheres');

test.skipIf(data.absent)(
  `five spheres with rings beyond 150 px: within 1e-4 px of MagTrack and 0.6 px of their symmetry centers${data.skipped}`,
  async () => {
    const tracks = await trackPictures(data);
    expect(tracks).toHaveLength(5);
    expectMagtrack(tracks, 1e-4);
    expect(Math.max(...tracks.map(({ offSymmetryPx }) => offSymmetryPx))).toBeLessThan(0.6);
  },
);
