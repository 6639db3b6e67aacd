/** What a movie is written as: a BigTIFF, bare pixels beside their description, or an OME-Zarr folder. */
export const MOVIE_FORMATS = ['tiff', 'raw', 'zarr'] as const;

export type MovieFormat = (typeof MOVIE_FORMATS)[number];

/** Format of the description beside a movie. */
export const MOVIE_DESCRIPTION = 'tweezertrack-movie/1';

/** What a movie shows: whole frames, or the ROIs of the beads in rows. */
export const MOVIE_SUBJECTS = ['frames', 'rois'] as const;

export type MovieSubject = (typeof MOVIE_SUBJECTS)[number];

/** Frames on their way into files of one purpose. */
export interface FilmState {
  /** File that is being written, or was last; null before the first. */
  file: string | null;
  frames: number;
  /** Frames that wait for the disk. */
  waiting: number;
  /** Frames that should be in a file and are not: the disk did not keep up, or did not take them. */
  lost: number;
  bytes: number;
  /** Over the last seconds. */
  bytesPerS: number;
}

/** The frames that are kept in memory so that what just happened can still be written. */
export interface KeptState {
  /** s that are to be kept; 0 keeps nothing. */
  lastS: number;
  subject: MovieSubject;
  /** Frames in memory, and how long they last. */
  frames: number;
  seconds: number;
  bytes: number;
  maxMemoryMiB: number;
  /** Frames that should have been kept and were not. */
  lost: number;
  /** Frames of the file being written that are not written yet; null while none is. */
  saving: number | null;
  /** File that was written last, or null. */
  file: string | null;
}

/** Movies as the Run view shows them. */
export interface MovieState {
  record: 'off' | MovieSubject;
  format: MovieFormat;
  /** One frame in so many is filmed and kept. */
  every: number;
  film: FilmState;
  kept: KeptState;
}
