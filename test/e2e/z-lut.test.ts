import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { parseSimulatedCameraOptions, simulatedScene } from '#camera-adapters/simulated.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { startServe, startSimulated } from '../support/live-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skipReason = browserSkipReason();
const SOON = { timeout: 60_000, interval: 50 };
const SHOWN = process.env.TWEEZERTRACK_PICTURES;

const SCENE = { beads: 2, referenceBeads: 2, radiiNm: [700], roiSpacing: 64, seed: 8 };
const CAMERA = [
  ...['--beads', '2', '--reference-beads', '2', '--radii-nm', '700', '--roi-spacing', '64', '--seed', '8'],
  ...['--fps', '60', '--focus-hysteresis-nm', '30', '--z-range-nm', '2500,2500', '--drift-nm-per-s', '0,0,0'],
];

test.skipIf(skipReason)(
  `a sweep in a browser from the first click to live z, its tracker killed in the middle${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  async () => {
    await builtDashboard();
    const folder = temporaryFolder();
    const { beads } = simulatedScene(parseSimulatedCameraOptions(SCENE));
    const start = async (port?: number) => {
      const args = ['--out', join(folder, 'runs'), '--engine', 'wasm'];
      if (port !== undefined) args.push('--port', `${port}`);
      const serve = await startServe(folder, beads, { args });
      const camera = startSimulated(serve.url, ...CAMERA);
      await serve.says(/camera 'simulated'/);
      return { serve, camera };
    };
    const first = await start();
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
        if (SHOWN) await page.screenshot({ path: join(SHOWN, `z-lut-${name}.png`) });
      };
      const button = (name: string | RegExp) => page.getByRole('button', { name });
      const shown = (text: string | RegExp) => expect.poll(() => page.getByText(text).count(), SOON);
      await page.goto(`http://127.0.0.1:${first.serve.port}/`);
      await page.getByRole('tab', { name: 'Z-LUT' }).click();

      // Range and step as typed, within those of the focus stage.
      await page.getByLabel('From', { exact: true }).fill('-99999');
      await shown(/the range of the focus stage/).toBeGreaterThan(0);
      await expect.poll(() => button('Start the sweep').isDisabled(), SOON).toBe(true);
      await page.getByLabel('From', { exact: true }).fill('-250');
      await page.getByLabel('To', { exact: true }).fill('250');
      await page.getByLabel('Step', { exact: true }).fill('50');
      await page.getByLabel('Frames a plane').fill('3');
      await page.getByLabel('Settle').fill('100');
      await shown(/^22 planes, about/).toBe(1);
      await button('Start the sweep').click();

      // Planes arrive; the tracker is killed in the middle.
      const table = page.getByRole('img', {
        name: /Profiles of bead 0 going (up: ([4-9]|1\d)|down: \d) of 11/,
      });
      await expect.poll(() => table.count(), SOON).toBeGreaterThan(0);
      await expect.poll(() => button('Stop the focus').isEnabled(), SOON).toBe(true);
      await expect.poll(() => button(/^Stop the sweep/).isEnabled(), SOON).toBe(true);
      await picture('taking-dark');
      first.serve.process.kill('SIGKILL');
      await first.serve.done;
      first.camera.process.kill('SIGKILL');
      await first.camera.done;
      await shown('Connection lost').toBeGreaterThan(0);

      // Another one on the same port: the page is back by itself, and the sweep is there to go on with.
      const second = await start(first.serve.port);
      const [name] = readdirSync(join(folder, 'runs', 'sweeps'));
      await expect.poll(() => button(`Resume ${name}`).count(), SOON).toBe(1);
      await button(`Discard ${name}`).click();
      await page.getByRole('dialog').getByText('cannot be brought back').waitFor();
      await picture('question-dark');
      await page.keyboard.press('Escape');
      await button(`Resume ${name}`).click();

      const card = page.getByRole('listitem', { name: 'Z-LUT of bead 0' });
      await expect
        .poll(() => card.innerText(), SOON)
        .toMatch(/\d+ (good|fair|bad)[\s\S]*Useful range[\s\S]*Bias[\s\S]*Noise[\s\S]*Drift/);
      const said = await card.innerText();
      // 10 nm: 3 frames of 8 bits a plane, and play that was taken up anew after the interruption.
      const [, hysteresisNm] = /Hysteresis\s+(\S+) ± \S+ nm/.exec(said)!;
      expect(Math.abs(Math.abs(Number(hysteresisNm!.replace('−', '-'))) - 30), said).toBeLessThan(10);
      await page.emulateMedia({ colorScheme: 'light' });
      await picture('built-light');
      const report = await page.request.get(
        new URL(
          (await page.getByRole('link', { name: 'Report of bead 0' }).first().getAttribute('href'))!,
          page.url(),
        ).href,
      );
      expect(await report.text()).toContain('<h2>By height</h2>');

      // Assigned, and tracked with.
      await shown('none: x and y only').toBe(2);
      await button('Assign all 2').click();
      await expect.poll(() => page.getByText('none: x and y only').count(), SOON).toBe(0);
      const used = page.getByRole('row', { name: /^0 bead-0.zlut/ });
      await expect.poll(() => used.count(), SOON).toBe(1);
      await expect.poll(() => used.innerText(), SOON).toMatch(/-250|−250/);
      const zNm = async () => {
        const text = await page.locator('#bead-0').locator('th, td').nth(3).innerText();
        return text === '–' ? Number.NaN : Number(text.replace('−', '-'));
      };
      // 0 nm is where the focus was at first; 60 nm: play of 30 nm, and half a plane.
      await expect.poll(async () => Math.abs(await zNm()) < 60, SOON).toBe(true);
      await picture('assigned-light');

      // From the files, for one bead; then none; compared.
      await page.getByLabel('for beads').fill('1');
      await page.getByRole('combobox', { name: 'File' }).selectOption(`sweeps/${name}/bead-0.zlut`);
      await page.getByRole('region', { name: 'Z-LUT files' }).getByRole('button', { name: 'Assign' }).click();
      await expect.poll(() => page.getByRole('row', { name: /^1 bead-0.zlut/ }).count(), SOON).toBe(1);
      await button('Remove the Z-LUT of bead 1').click();
      await expect.poll(() => page.getByText('none: x and y only').count(), SOON).toBe(1);
      await page.getByRole('combobox', { name: 'Second' }).selectOption(`sweeps/${name}/bead-1.zlut`);
      await button('Compare').click();
      await shown(/^Offset .* scale/).toBe(1);
      await page.setViewportSize({ width: 820, height: 1100 });
      await page.getByRole('region', { name: 'Compare two Z-LUTs' }).scrollIntoViewIfNeeded();
      await picture('narrow-light');

      // Clean after: the sweep alone, and nothing that is half-made.
      expect(readdirSync(join(folder, 'runs', 'sweeps'))).toEqual([name]);
      expect(readdirSync(join(folder, 'runs', 'sweeps', name!)).filter((file) => /part/.test(file))).toEqual(
        [],
      );
      await expect.poll(() => button(/^Resume/).count(), SOON).toBe(0);
      // The browser itself reports every refused connection.
      expect(errors.filter((text) => !/WebSocket|ERR_CONNECTION_REFUSED/.test(text))).toEqual([]);
      await second.serve.stop();
    } finally {
      await browser.close();
    }
  },
);
