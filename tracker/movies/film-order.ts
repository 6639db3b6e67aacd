import type { MovieFormat, MovieSubject } from '#protocol/movie.ts';

/** What is to be written, and as what. */
export interface FilmOrder {
  /** Path of the movie without its ending; where there is one already, a number follows. */
  base: string;
  format: MovieFormat;
  subject: MovieSubject;
  /** One frame in so many is filmed. */
  every: number;
  page: {
    /** NaN where nobody knows it. */
    pixelSizeNm: number;
    /** Frames a second of the camera, 0 where nobody knows it. */
    fps: number;
    /** Program and version. */
    program: string;
  };
  /** A file is at most so many bytes, where it can be: another follows. */
  partBytes: number;
  /** What else its description says: camera, settings, pipeline. */
  about: Readonly<Record<string, unknown>>;
}
