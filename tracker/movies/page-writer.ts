import type { MovieFormat } from '#protocol/movie.ts';
import type { FrameShape } from '#protocol/pixel-format.ts';
import type { FilmFrame } from './film-frame.ts';

/** What every page of a file has in common. */
export interface PageFacts extends FrameShape {
  /** NaN where nobody knows it. */
  pixelSizeNm: number;
  /** From one page to the next where no frame is missing, s; NaN where nobody knows it. */
  secondsPerPage: number;
  /** Program and version. */
  program: string;
}

/** A file of pages that is whole after every page. */
export interface PageWriter {
  /** Bytes written so far. */
  readonly bytes: number;
  /**
   * Adds a page. Where the disk does not take it, the file is as it was, and the page may be tried again.
   * @throws what the disk says
   */
  append(frame: FilmFrame): Promise<void>;
  /** Lets readers find every page so far. */
  commit(): Promise<void>;
  /** Has what was written survive a power cut, as far as the format can. */
  sync(): Promise<void>;
  /** Completes the file. */
  close(): Promise<void>;
}

/** What the name of a file of each format ends with. */
export const MOVIE_ENDINGS: Readonly<Record<MovieFormat, string>> = {
  tiff: '.tif',
  raw: '.bin',
  zarr: '.zarr',
};

/**
 * Opens a new file of pages.
 * @throws what the disk says; that there is one already among it
 */
export async function openPageWriter(
  format: MovieFormat,
  path: string,
  facts: PageFacts,
): Promise<PageWriter> {
  switch (format) {
    case 'tiff':
      return (await import('./big-tiff.ts')).openBigTiff(path, facts);
    case 'raw':
      return (await import('./raw-pages.ts')).openRawPages(path);
    case 'zarr':
      return (await import('./zarr-pages.ts')).openZarrPages(path, facts);
    default:
      return format satisfies never;
  }
}
