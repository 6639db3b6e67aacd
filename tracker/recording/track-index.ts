import { BatchIndex } from './batch-index.ts';
import { FRAMES_FORMAT, TRACKS_FORMAT } from './stream-schema.ts';

/** Columns that every file of tracks has. */
const TRACK_COLUMNS = {
  frame: 'Uint32',
  timeNs: 'Int64',
  bead: 'Uint32',
  xPx: 'Float64',
  yPx: 'Float64',
  zNm: 'Float64',
  score: 'Float32',
  status: 'Uint16',
};

/** Where the rows of a `tracks.arrows` lie by time. */
export class TrackIndex extends BatchIndex {
  constructor(path: string) {
    super(path, { format: TRACKS_FORMAT, columns: TRACK_COLUMNS });
  }
}

/** Where the rows of a `frames.arrows` lie by time. */
export class FrameIndex extends BatchIndex {
  constructor(path: string) {
    super(path, { format: FRAMES_FORMAT, columns: { frame: 'Uint32', timeNs: 'Int64' } });
  }
}
