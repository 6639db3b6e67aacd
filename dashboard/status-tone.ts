import { TRACK_STATUS } from '#protocol/track-status.ts';

/** How urgent a status is: the color of the bead's box and row. */
export type StatusTone = 'ok' | 'warning' | 'lost';

const LOST = TRACK_STATUS['no-light'] | TRACK_STATUS.lost;
// Without a Z-LUT x and y are as good as they can be: nothing to act on.
const HARMLESS = TRACK_STATUS['no-zlut'];

/** `lost` where there is no x or y, `warning` where a person should look, else `ok`. */
export function statusTone(status: number): StatusTone {
  if (status & LOST) return 'lost';
  return status & ~HARMLESS ? 'warning' : 'ok';
}
