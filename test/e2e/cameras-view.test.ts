import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { startServe, startSimulated } from '../support/live-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skipReason = browserSkipReason();
const SOON = { timeout: 60_000, interval: 50 };
const SHOWN = process.env.TWEEZERTRACK_PICTURES;

test.skipIf(skipReason)(
  `several cameras in a browser: chosen by a link, each with its picture, beads and recordings${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  { timeout: 240_000 },
  async () => {
    await builtDashboard();
    const folder = temporaryFolder();
    const settings = join(folder, 'rig.toml');
    const runs = join(folder, 'runs');
    writeFileSync(
      settings,
      '[engine]\nengine = "wasm"\n[cameras.side.pipeline]\npreset = "fast"\n[cameras.top]\n',
    );
    const serve = await startServe(folder, [{ xPx: 40, yPx: 40 }], {
      args: ['--config', settings, '--out', runs],
    });
    const few = ['--beads', '2', '--fps', '20', '--seed', '4'];
    startSimulated(serve.url, ...few, '--width', '160');
    const side = startSimulated(serve.url, ...few, '--width', '240', '--as', 'side');
    const browser: Browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${serve.port}/`);
    const links = page.getByRole('navigation', { name: 'Cameras' }).getByRole('link');
    const figure = (name: string) => page.locator('.figure', { hasText: name }).innerText();
    const rate = async () => Number.parseFloat((await figure('Frame rate')).replace(/^\D+/, ''));
    const current = () => page.locator('.camera-chooser [aria-current="page"]').innerText();

    await expect
      .poll(() => links.allInnerTexts(), SOON)
      .toEqual([
        expect.stringMatching(/^main\s*recording$/),
        expect.stringMatching(/^side\s*recording$/),
        expect.stringMatching(/^top\s*none$/),
      ]);
    await expect.poll(current, SOON).toMatch(/^main/);
    await expect.poll(() => figure('Camera'), SOON).toMatch(/160 × \d+ mono8/);
    await expect.poll(() => page.locator('.bead-list tbody tr').count(), SOON).toBe(1);
    if (SHOWN) await page.screenshot({ path: join(SHOWN, 'cameras.png') });

    await links.nth(1).click();
    await page.waitForURL('**/cameras/side/');
    await expect.poll(() => page.title(), SOON).toBe('side · tweezertrack');
    await expect.poll(() => figure('Camera'), SOON).toMatch(/240 × \d+ mono8/);
    await expect.poll(rate, SOON).toBeGreaterThan(0);
    await expect.poll(current, SOON).toMatch(/^side/);
    await expect.poll(() => page.locator('.live-camera .readout').innerText(), SOON).toMatch(/counts/);
    await page.getByRole('tab', { name: 'Recordings' }).click();
    await expect.poll(() => page.getByText(/\d+ in \//).innerText(), SOON).toBe(`1 in ${join(runs, 'side')}`);

    // A camera that goes away is seen from the pages of the others.
    await links.nth(0).click();
    await page.waitForURL((url) => url.pathname === '/');
    side.process.kill('SIGKILL');
    await expect.poll(() => links.nth(1).innerText(), SOON).toMatch(/^side\s*away$/);
    await expect.poll(rate, SOON).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  },
);
