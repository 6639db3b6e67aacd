import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readZLut } from '#protocol/z-lut-file.ts';
import { runCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RoiEdges, realFolder } from './real-recording.ts';

const folder = temporaryFolder();
const zlut = (...args: string[]) => runCommand('zlut', ...args);

/** A CSV of plane z, from um. */
function planesCsv(name: string, focusUm: readonly number[]): string {
  const path = join(folder, name);
  writeFileSync(path, `zNm\n${focusUm.map((um) => `${um * 1000}\n`).join('')}`);
  return path;
}

function roisCsv(name: string, beads: readonly { id: number; roi: RoiEdges }[]): string {
  const path = join(folder, name);
  const lines = beads.map(({ id, roi: [top, bottom, left] }) => `${id},${left},${top},${bottom - top}\n`);
  writeFileSync(path, `bead,left,top,size\n${lines.join('')}`);
  return path;
}

const soft = realFolder('mt_zsweep_vannoort_024');
describe.skipIf(soft.absent)(`zlut build and check of the focal sweep 024${soft.skipped}`, () => {
  test('the score is good over the whole range, the error of every second plane under 25 nm rms', async () => {
    const { sweep } = soft.expected<{ sweep: { focus_um: number[] } }>();
    const z = planesCsv('024.csv', sweep.focus_um);
    const out = join(folder, '024.zlut');
    const stack = soft.path('data_024_roi.tif');
    const built = await zlut('build', stack, '--z', z, '--preset', 'quadrant', '--out', out);
    expect(built.stderr).toMatch(/251 planes .* 251 frames used, 0 rejected/);
    expect(built.stderr).toMatch(/Good \(\d+ of 100\)/);
    const { origin } = await readZLut(out);
    expect(origin!.stack!.sha256).toMatch(/^[0-9a-f]{64}$/);
    const { usefulRangeNm, biasNm } = origin!.quality!;
    expect(usefulRangeNm![0]).toBeLessThan(43_300);
    expect(usefulRangeNm![1]).toBeGreaterThan(59_000);
    // nm: the recorded focus itself is good to 20 to 50
    expect(biasNm).toBeLessThan(25);

    const checked = await zlut('check', out, stack, '--z', z, '--json');
    expect(checked.code).toBe(0);
    const report = JSON.parse(checked.stdout);
    expect(report.frames).toMatchObject({ own: true, used: 251 });
    const [half, whole] = report.center;
    expect(half.errorNm).toBeGreaterThan(5);
    expect(whole.errorNm).toBeGreaterThan(half.errorNm);
  });
});

const hard = realFolder('mt_zsweep_vannoort_hard');
describe.skipIf(hard.absent)(`zlut build and check of the focal sweep 153${hard.skipped}`, () => {
  test('what is ambiguous across the focus is found and cut; both are in the report', async () => {
    const { data_153 } = hard.expected<{ data_153: { focus_um: number[]; roi: RoiEdges } }>();
    const z = planesCsv('153.csv', data_153.focus_um);
    const rois = roisCsv('153-rois.csv', [{ id: 0, roi: data_153.roi }]);
    const out = join(folder, '153.zlut');
    const built = await zlut('build', hard.path('data_153.tif'), '--z', z, '--rois', rois, '--out', out);
    expect(built.stderr).toMatch(/frames used, \d+ rejected \(\d+ jump\)/);
    const html = join(folder, '153.html');
    const checked = await zlut('check', out, '--html', html);
    expect(checked.code).toBe(1);
    expect(readFileSync(html, 'utf8')).toContain('its center lies off its path');
    const [from, to] = (await readZLut(out)).origin!.quality!.usefulRangeNm!;
    // The frames from 37 on, 39.9 um, are those the reference keeps.
    expect(from).toBeGreaterThan(36_000);
    expect(from).toBeLessThan(42_000);
    expect(to).toBeGreaterThan(62_000);
    const page = readFileSync(html, 'utf8');
    expect(page).toMatch(/ambiguous across the focus near (2\d|3[0-5])\.\d\d um/);
    expect(page).toContain(
      `the useful range, ${(from / 1000).toFixed(2)} um to ${(to / 1000).toFixed(2)} um`,
    );
  });
});

const fluo = realFolder('fluo_defocus_sweep_idpt');
describe.skipIf(fluo.absent)(`zlut build and check of fluorescent beads, 1 um a plane${fluo.skipped}`, () => {
  test('each is ambiguous across the focus at plane 49, cut to one side, and there the other repeat agrees', async () => {
    const { beads } = fluo.expected<{ beads: { id: number; roi: RoiEdges }[] }>();
    const rois = roisCsv('fluo-rois.csv', beads);
    const steps = ['--z-start', '1000', '--z-step', '1000', '--rois', rois];
    const out = join(folder, 'fluo');
    const args = [...steps, '--preset', 'quadrant', '--report', '--out', out];
    const built = await zlut('build', fluo.path('sweep_rep0.tif'), ...args);
    expect(built).toMatchObject({ code: 0 });
    expect(built.stderr).toMatch(/3 of 3 beads have a Z-LUT, 0 are good/);
    for (const { id } of beads) {
      const page = readFileSync(join(out, `bead-${id}.zlut.html`), 'utf8');
      expect(page).toMatch(/ambiguous across the focus near (4[89]|5[01])\.\d\d um/);
      const { usefulRangeNm } = (await readZLut(join(out, `bead-${id}.zlut`))).origin!.quality!;
      expect(page).toContain(`the useful range, ${(usefulRangeNm![0] / 1000).toFixed(2)} um`);
      expect(Math.abs(usefulRangeNm![0] - 49_500)).toBeLessThanOrEqual(2500);
      expect(usefulRangeNm![1]).toBeGreaterThan(100_000);
    }
    const other = await zlut(
      'check',
      join(out, 'bead-0.zlut'),
      fluo.path('sweep_rep1.tif'),
      ...steps,
      '--json',
    );
    expect(other.code).toBe(1);
    const report = JSON.parse(other.stdout);
    expect(report.frames.own).toBe(false);
    // nm: within one side MagTrack is 150 to 500 nm rms off
    expect(report.quality.biasNm).toBeLessThan(250);
  });
});
