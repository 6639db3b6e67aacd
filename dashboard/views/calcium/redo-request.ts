import { CALCIUM_REDO_PART, type CalciumRedo } from '#protocol/calcium-redo.ts';
import { unpackLive } from '#protocol/live-wire.ts';
import { answered, recordingUrl } from '../recordings/requests.ts';

/** What is to be made of a recording again. */
export interface RedoAsk {
  /** Of the recording. */
  name: string;
  /** None brings only the numbers of the cells there are. */
  cells: readonly number[];
  /** s of the smoothing of the rise before events are sought. */
  smoothS: number;
}

/** @throws {Error} in the words of the tracker */
export async function fetchRedo(
  { name, cells, smoothS }: RedoAsk,
  signal: AbortSignal,
): Promise<CalciumRedo> {
  const query = new URLSearchParams({ cells: cells.join(), smooth: String(smoothS) });
  const answer = await answered(fetch(`${recordingUrl(name)}/${CALCIUM_REDO_PART}?${query}`, { signal }));
  return unpackLive(new Uint8Array(await answer.arrayBuffer())) as CalciumRedo;
}
