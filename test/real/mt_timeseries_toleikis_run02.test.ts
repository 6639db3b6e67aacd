import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rms } from '../support/cli.ts';
import { readStack, realFolder, trackReal } from './real-recording.ts';

const data = realFolder('mt_timeseries_toleikis_run02');

interface Expected {
  beads: {
    bead: number;
    files: string[];
    x: number[];
    y: number[];
    published: { x_px: number[]; y_px: number[]; corr_to_magtrack: [number, number] };
  }[];
}

/** Pearson correlation. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const sum = (of: (index: number) => number) => a.reduce((total, _, index) => total + of(index), 0);
  const covariance = sum((index) => (a[index]! - meanA) * (b[index]! - meanB));
  const varianceA = sum((index) => (a[index]! - meanA) ** 2);
  return covariance / Math.sqrt(varianceA * sum((index) => (b[index]! - meanB) ** 2));
}

/** X_vals and Y_vals of the published table: nm from the mean position of the bead in the run. */
function publishedTracks(bead: number): { xNm: number[]; yNm: number[] } {
  const [header, ...lines] = readFileSync(data.path('published_tracks.csv'), 'utf8').trim().split('\n');
  const names = header!.split(',');
  const rows = lines
    .map((line) => line.split(','))
    .filter((cells) => cells[names.indexOf('Label')]!.startsWith(`${bead}_12011502`));
  const column = (name: string) => rows.map((cells) => Number(cells[names.indexOf(name)]));
  return { xNm: column('X_vals'), yNm: column('Y_vals') };
}

// Three films of 55 x 55 px at 133 nm/px; frame 0 is a dud, say the authors, who tracked the edges of the bead.
describe.skipIf(data.absent)(`two tethered beads and a stuck one over 249 frames${data.skipped}`, () => {
  test.each([1, 2, 3])(
    'bead %d: x and y within 0.07 px rms (9 nm) of the published tracks, correlation above 0.997',
    async (number) => {
      const bead = data.expected<Expected>().beads.find((candidate) => candidate.bead === number)!;
      const film = await readStack(data.path(bead.files.find((file) => file.endsWith('.tif'))!));
      const { xPx, yPx, status } = await trackReal(film, [{ bead: 0, left: 0, top: 0, size: 55 }]);
      expect(film.frames).toBe(249);
      // 55 px is odd, so the middle of the ROI is a pixel; four decimals are in the list.
      expect(Math.max(...xPx.map((x, frame) => Math.abs(x - bead.x[frame]!)))).toBeLessThan(1e-4);
      expect(Math.max(...yPx.map((y, frame) => Math.abs(y - bead.y[frame]!)))).toBeLessThan(1e-4);
      expect(status.filter((bits) => bits & ~(8 + 32))).toHaveLength(0);

      const { x_px, y_px, corr_to_magtrack } = bead.published;
      const table = publishedTracks(number);
      expect(table.xNm).toHaveLength(248);
      for (const [got, want, nm, known] of [
        [Array.from(xPx.subarray(1)), x_px, table.xNm, corr_to_magtrack[0]],
        [Array.from(yPx.subarray(1)), y_px, table.yNm, corr_to_magtrack[1]],
      ] as const) {
        expect(rms(got.map((px, frame) => px - want[frame]!))).toBeLessThan(0.07);
        expect(correlation(got, want)).toBeGreaterThan(0.997);
        // What the table itself says, without a list between.
        expect(correlation(got, nm)).toBeCloseTo(known, 3);
        const mean = got.reduce((sum, px) => sum + px, 0) / got.length;
        expect(rms(got.map((px, frame) => (px - mean) * 133 - nm[frame]!))).toBeLessThan(9.5);
      }
    },
  );
});
