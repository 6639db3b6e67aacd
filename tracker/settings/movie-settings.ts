import { z } from 'zod';
import { movieFields } from '#protocol/movie-request.ts';

const { every, format, lastOf, lastS, record } = movieFields;

/** The section `[movie]`. */
export const movieSection = z.strictObject({
  record: record
    .default('off')
    .describe('frames: films whole frames; rois: the ROIs of the beads, in rows; off: nothing'),
  format: format
    .default('tiff')
    .describe('tiff: BigTIFF with an ImageJ description; raw: .bin with .json; zarr: OME-Zarr folder'),
  every: every.default(1).describe('one frame in so many is filmed and kept'),
  lastS: lastS
    .default(0)
    .describe('s of frames that are kept in memory, to be written when somebody asks; 0 keeps none'),
  lastOf: lastOf.default('frames').describe('what is kept of them'),
  maxMemoryMiB: z
    .number()
    .int()
    .min(16)
    .max(1 << 20)
    .default(1024)
    .describe('memory for them at most; where it is too little, they last less'),
  queueMiB: z
    .number()
    .int()
    .min(1)
    .max(4096)
    .default(128)
    .describe(
      'frames that wait for a slow or full disk at most; more are lost to the movie, not to the tracks',
    ),
  partMiB: z
    .number()
    .int()
    .min(0)
    .max(1 << 24)
    .default(0)
    .describe('size of a file at most: another follows; 0: one file, however large'),
});

/** Settings of movies. */
export type MovieSettings = z.output<typeof movieSection>;
