import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { readTracks } from '#recording/read-recording.ts';
import { allRows, testFolder } from '../recording/example-run.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { csvColumns } from '../support/cli.ts';
import { startServe } from '../support/live-process.ts';
import { recordRun } from '../support/recorded-run.ts';

const skipReason = browserSkipReason();
const SOON = { timeout: 60_000, interval: 50 };
const SHOWN = process.env.TWEEZERTRACK_PICTURES;

/** What was recorded of a bead at its last frame up to a moment. */
async function recordedAt(folder: string, bead: number, atS: number) {
  const rows = (await allRows(readTracks(join(folder, 'tracks.arrows')))).filter((row) => row[2] === bead);
  const timeS = (row: (typeof rows)[number]) => Number(row[1] - rows[0]![1]) / 1e9;
  const [, , , xPx, yPx, zNm] = rows.findLast((row) => timeS(row) <= atS + 1e-9)!;
  return { xPx, yPx, zNm };
}

const numberIn = (text: string) => Number(text.replace('−', '-').replace('–', 'NaN'));

test.skipIf(skipReason)(
  `recordings in a browser: listed, replayed, sought, exported and deleted after a question${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  async () => {
    await builtDashboard();
    const root = testFolder();
    const positions = (frame: number) => ({ magnetMm: 3 + frame / 1000 });
    const folder = await recordRun(root, 'kept', { frames: 3000, beads: 3, batch: 100, positions });
    const gone = await recordRun(root, 'gone', { frames: 50, beads: 1 });
    const serve = await startServe(root, [], { args: ['--out', root, '--engine', 'reference'] });
    const browser: Browser = await launchBrowser();
    try {
      const page: Page = await browser.newPage({
        viewport: { width: 1440, height: 900 },
        colorScheme: 'dark',
      });
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      const picture = async (name: string) => {
        if (SHOWN) await page.screenshot({ path: join(SHOWN, `${name}.png`) });
      };
      await page.goto(`http://127.0.0.1:${serve.port}/`);
      await page.getByRole('tab', { name: 'Recordings' }).click();

      const row = (name: string) =>
        page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
      await expect.poll(() => row('kept').innerText(), SOON).toMatch(/3,000\s+3\s+\S+ kB\s+9,000 rows/);
      await expect.poll(() => row('gone').innerText(), SOON).toMatch(/50\s+2\s+/);
      await picture('list-dark');

      const downloading = page.waitForEvent('download');
      await row('kept').getByRole('link', { name: 'CSV of kept' }).click();
      const download = await downloading;
      expect(download.suggestedFilename()).toBe('kept.csv');
      const csv = csvColumns(await readFile(await download.path(), 'utf8'));
      const recorded = await allRows(readTracks(join(folder, 'tracks.arrows')));
      expect(csv.frame).toEqual(recorded.map(([frame]) => frame));
      expect(csv.bead).toEqual(recorded.map(([, , bead]) => bead));
      for (const [at, name] of (['xPx', 'yPx', 'zNm'] as const).entries()) {
        expect(csv[name]).toEqual(recorded.map((values) => values[3 + at]));
      }

      await row('kept').getByText('More').click();
      const packing = page.waitForEvent('download');
      await row('kept').getByRole('link', { name: 'NumPy .npz of kept' }).click();
      expect((await packing).suggestedFilename()).toBe('kept.npz');
      expect((await readFile(await (await packing).path())).subarray(0, 2).toString()).toBe('PK');
      await expect(row('kept').getByRole('link', { name: 'Cells CSV of kept' }).count()).resolves.toBe(0);

      await row('kept').getByRole('button', { name: 'Replay kept' }).click();
      const readings = page.locator('.replay-readings tbody tr');
      const cells = async (at: number) => readings.nth(at).locator('th, td').allInnerTexts();
      // The first 10 s of 30 s are shown: 100 frames a second at full rate.
      await expect.poll(() => cells(0), SOON).toHaveLength(7);
      const magnet = page.locator('.replay .trace-motor');
      const isMagnetAtReading = async () => {
        const frame = 100 * Number((await cells(0))[1]);
        const shown = numberIn(await magnet.locator('.value').innerText());
        // The magnet moves by 0.1 mm a second; the reading is of the last frame, its own of the right end.
        return Math.abs(shown - positions(frame).magnetMm) < 0.0015 /* mm: a frame, and the last digit */;
      };
      await expect.poll(isMagnetAtReading, SOON).toBe(true);
      expect(await magnet.getByRole('img').getAttribute('aria-label')).toBe('magnet in mm against time in s');
      await page.getByRole('button', { name: 'Bead 17' }).click();
      await expect.poll(() => readings.count(), SOON).toBe(2);

      const agreesWithFile = async () => {
        for (const [at, bead] of [3, 17].entries()) {
          const [id, timeS, xPx, yPx, zNm, score, status] = await cells(at);
          const truth = await recordedAt(folder, bead, Number(timeS));
          expect(id).toBe(String(bead));
          // Numbers are shown with 3 and 1 decimals.
          expect(numberIn(xPx!)).toBeCloseTo(truth.xPx, 3);
          expect(numberIn(yPx!)).toBeCloseTo(truth.yPx, 3);
          if (Number.isNaN(truth.zNm)) expect([zNm, score, status]).toEqual(['–', '–', 'beyond its Z-LUT']);
          else expect(numberIn(zNm!)).toBeCloseTo(truth.zNm, 1);
        }
      };
      await expect.poll(async () => (await cells(1))[1], SOON).toBe('10.0000');
      await agreesWithFile();
      await picture('replay-dark');

      const seekBar = page.getByRole('slider', { name: 'Time in the recording' });
      await seekBar.focus();
      await page.keyboard.press('PageUp');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowRight');
      await expect.poll(async () => (await cells(0))[1], SOON).toBe('21.0000');
      await agreesWithFile();

      await page.getByLabel('Speed').selectOption('25');
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await expect.poll(() => seekBar.getAttribute('aria-valuetext'), SOON).toBe('29.99 s of 29.99 s');
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
      await expect.poll(async () => (await cells(0))[1], SOON).toBe('29.9900');
      await agreesWithFile();

      await page.getByLabel('Shown').selectOption('all');
      await page.getByText('smallest to largest of').waitFor();
      await page.emulateMedia({ colorScheme: 'light' });
      await picture('replay-light');
      await page.getByRole('button', { name: 'All recordings' }).click();

      const dialog = page.getByRole('dialog');
      await row('gone').getByRole('button', { name: 'Delete gone' }).click();
      await expect
        .poll(() => dialog.innerText(), SOON)
        .toMatch(/Delete the recording gone\?\s+\d+(\.\d)? kB/);
      await picture('question-light');
      await page.keyboard.press('Escape');
      await expect.poll(() => dialog.count(), SOON).toBe(0);
      expect(existsSync(gone)).toBe(true);
      await row('gone').getByRole('button', { name: 'Delete gone' }).click();
      await dialog.getByRole('button', { name: /^Delete/ }).click();
      await expect.poll(() => row('gone').count(), SOON).toBe(0);
      expect([existsSync(gone), existsSync(folder)]).toEqual([false, true]);
      await picture('list-light');
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);
