import { spawnSync } from 'node:child_process';

/** Whether ffmpeg is there, and what a skipped test says. */
export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
export const skippedWithoutFfmpeg = hasFfmpeg ? '' : ' (skipped: apt-get install ffmpeg)';

/** Runs ffmpeg with some bytes as its input. */
export function ffmpeg(args: readonly string[], input?: Uint8Array): void {
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], { input });
  if (status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${stderr}`);
}
