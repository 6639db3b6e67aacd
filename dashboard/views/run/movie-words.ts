import type { MovieState } from '#protocol/movie.ts';
import { formatCount } from '../../words/format-number.ts';
import { formatBytes } from '../recordings/format.ts';

/** What is filmed, e.g. `1,204 frames · 2.5 GB · 210 MB/s · 3 waiting`. */
export function filmWords({ film: { frames, bytes, bytesPerS, waiting } }: MovieState): string {
  const parts = [`${formatCount(frames)} frames`, formatBytes(bytes)];
  if (bytesPerS > 0) parts.push(`${formatBytes(bytesPerS)}/s`);
  if (waiting > 0) parts.push(`${formatCount(waiting)} waiting`);
  return parts.join(' · ');
}

/** What is kept, e.g. `9.8 s, 980 frames, 2.1 GB`. */
export function keptWords({ kept: { seconds, frames, bytes } }: MovieState): string {
  return `${seconds.toFixed(1)} s, ${formatCount(frames)} frames, ${formatBytes(bytes)}`;
}

/** Why less is kept than was asked for, or null: its memory is full. */
export function shortWords({ kept }: MovieState): string | null {
  const { bytes, frames, lastS, maxMemoryMiB, seconds } = kept;
  if (frames < 2) return null;
  const isFull = bytes + bytes / frames > maxMemoryMiB * 2 ** 20;
  return isFull && seconds < 0.95 * lastS ? `${maxMemoryMiB} MiB hold no more` : null;
}
