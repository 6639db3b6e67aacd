import { TRACK_STATUS } from '#protocol/track-status.ts';

/** How urgent a status is: the color of the bead's box and row. `doubt` is a fit that is poor. */
export type StatusTone = 'ok' | 'doubt' | 'warning' | 'lost';

const LOST = TRACK_STATUS['no-light'] | TRACK_STATUS.lost;
const DOUBT = TRACK_STATUS['poor-fit'];
// Without a Z-LUT x and y are as good as they can be: nothing to act on.
const HARMLESS = TRACK_STATUS['no-zlut'];

const WORDS: Record<keyof typeof TRACK_STATUS, string> = {
  'no-light': 'no light',
  lost: 'lost',
  'out-of-range': 'beyond its Z-LUT',
  'no-zlut': 'no Z-LUT',
  'roi-edge': 'at the edge of its ROI',
  saturated: 'saturated',
  'lut-end': 'at the end of its Z-LUT',
  ambiguous: 'z ambiguous',
  unsure: 'unlike its Z-LUT',
  'poor-fit': 'poor fit',
};

/** `lost` where there is no x or y, `warning` where a person should look, `doubt` where only the fit is poor, else `ok`. */
export function statusTone(status: number): StatusTone {
  if (status & LOST) return 'lost';
  if (status & ~HARMLESS & ~DOUBT) return 'warning';
  return status & DOUBT ? 'doubt' : 'ok';
}

/** What is the matter with a bead, in words; `ok` when nothing is. */
export function statusWords(status: number): string {
  const names = Object.keys(TRACK_STATUS) as (keyof typeof TRACK_STATUS)[];
  return (
    names
      .filter((name) => status & TRACK_STATUS[name])
      .map((name) => WORDS[name])
      .join(', ') || 'ok'
  );
}
