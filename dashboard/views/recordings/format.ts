import type { RecordingSummary } from '#protocol/recordings.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `512 B`, `1.2 MB`, `34 GB`. */
export function formatBytes(bytes: number): string {
  const at = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** at;
  return `${at === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${UNITS[at]}`;
}

/** `9.8 s`, `2:05`, `1:02:05`; a dash where it is not known. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A moment of a replay, with as many decimals as its span asks for. */
export function formatMoment(seconds: number, spanS: number): string {
  return `${seconds.toFixed(spanS < 1 ? 4 : spanS < 100 ? 2 : 1)} s`;
}

/** Frames that were not tracked or not recorded. */
export function lostFrames({ frames }: Pick<RecordingSummary, 'frames'>): number | null {
  if (!frames) return null;
  return Object.entries(frames).reduce((sum, [fate, count]) => sum + (fate === 'tracked' ? 0 : count), 0);
}

/** `3 dropped-link, 12 dropped-ring`: what became of the frames that are missing. */
export function lostWords({ frames }: Pick<RecordingSummary, 'frames'>): string {
  return Object.entries(frames ?? {})
    .filter(([fate, count]) => fate !== 'tracked' && count > 0)
    .map(([fate, count]) => `${count} ${fate}`)
    .join(', ');
}

/** Date and time where the page is, to the second: `2026-11-21 14:03:59`. */
export function formatStart(start: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [start.getFullYear(), two(start.getMonth() + 1), two(start.getDate())].join('-');
  return `${date} ${[start.getHours(), start.getMinutes(), start.getSeconds()].map(two).join(':')}`;
}
