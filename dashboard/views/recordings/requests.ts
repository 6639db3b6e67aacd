import { unpackLive } from '#protocol/live-wire.ts';
import {
  RECORDINGS_PATH,
  type RecordingDetails,
  type RecordingList,
  type RecordingWindow,
} from '#protocol/recordings.ts';

/** A part of a recording to show. */
export interface WindowAsk {
  beads: readonly number[];
  fromS: number;
  toS: number;
  /** Points of each bead at most. */
  points: number;
}

/** Files that a recording is handed out as. */
export type RecordingFile =
  | 'tracks.csv'
  | 'tracks.arrows'
  | 'tracks.parquet'
  | 'tracks.h5'
  | 'tracks.h5?layout=magscope'
  | 'tracks.npz'
  | 'cells.csv'
  | 'cells.arrows';

/** Address of a recording, or of a part of it. */
export function recordingUrl(name: string, part?: RecordingFile | 'window'): string {
  return `.${RECORDINGS_PATH}/${encodeURIComponent(name)}${part ? `/${part}` : ''}`;
}

/** @throws {Error} in the words of the tracker, as all of these */
export async function fetchList(): Promise<RecordingList> {
  return (await answered(fetch(`.${RECORDINGS_PATH}`))).json();
}

export async function fetchDetails(name: string): Promise<RecordingDetails> {
  return (await answered(fetch(recordingUrl(name)))).json();
}

export async function fetchWindow(
  name: string,
  { beads, fromS, toS, points }: WindowAsk,
  signal: AbortSignal,
): Promise<RecordingWindow> {
  const query = new URLSearchParams({
    beads: beads.join(),
    ...{ fromS: String(fromS), toS: String(toS), points: String(points) },
  });
  const answer = await answered(fetch(`${recordingUrl(name, 'window')}?${query}`, { signal }));
  return unpackLive(new Uint8Array(await answer.arrayBuffer())) as RecordingWindow;
}

export async function deleteRecording(name: string): Promise<void> {
  await answered(fetch(recordingUrl(name), { method: 'DELETE' }));
}

/** @throws {Error} in the words of the tracker, unless it was done */
export async function answered(asking: Promise<Response>): Promise<Response> {
  const answer = await asking.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Error('the tracker does not answer: is it running?');
  });
  if (answer.ok) return answer;
  const text = (await answer.text()).trim();
  throw new Error(text || `the tracker answered with ${answer.status}`);
}
