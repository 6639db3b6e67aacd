import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { startCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skipReason = browserSkipReason();
const SOON = { timeout: 60_000, interval: 100 };
const CELLS = 12;

/** A baseline as soon as there is a second of frames, so that nobody waits for it. */
const SETTINGS = '[calcium.params.running-baseline]\nleastS = 1\nwindowS = 10\n';

test.skipIf(skipReason)(
  `cells of a camera in a browser: drawn and found, measured, recorded and made again${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  { timeout: 180_000 },
  async () => {
    await builtDashboard();
    const folder = temporaryFolder();
    const settings = join(folder, 'rig.toml');
    writeFileSync(settings, SETTINGS);
    const demo = startCommand([
      ...[
        'demo',
        '--config',
        settings,
        '--beads',
        '1',
        '--calcium',
        `${CELLS}`,
        '--fps',
        '20',
        '--seed',
        '3',
      ],
      ...[
        '--rate-hz',
        '0.5',
        '--engine',
        'wasm',
        '--preset',
        'fast',
        '--port',
        '0',
        '--out',
        join(folder, 'runs'),
      ],
    ]);
    onTestFinished(() => void demo.process.kill('SIGKILL'));
    const [, url] = await demo.says(/dashboard: (\S+)/);
    const browser: Browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(url!);
    const view = page.locator('.calcium');
    const choose = (name: string) => view.getByRole('radio', { name, exact: true }).check({ force: true });
    const button = (name: string) => view.getByRole('button', { name, exact: true });
    const side = () => page.locator('.calcium-side').innerText();
    const rows = () => page.locator('.calcium-list tbody tr[id]').allInnerTexts();
    const number = async (selector: string) =>
      Number((await page.locator(selector).first().innerText()).replaceAll(/[^\d.]/g, ''));

    await page.getByRole('tab', { name: 'Calcium' }).click();
    await expect.poll(async () => (await rows()).length, SOON).toBe(CELLS);
    await expect.poll(() => view.innerText(), SOON).toMatch(/Recent events\s+Cell \d+/);
    await expect.poll(() => number('.calcium-readings .value'), SOON).toBeGreaterThan(0);

    // What is drawn in the dark is a cell, too, and gets a number that none had.
    await choose('Cells');
    await expect.poll(side, SOON).toContain(`${CELLS} cells`);
    await choose('New cell');
    const box = (await page.locator('.calcium-stage canvas').boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height - 6);
    await expect.poll(side, SOON).toContain(`cell ${CELLS + 1} has`);
    await button('Apply').click();
    await expect.poll(side, SOON).toContain('Measured');
    await choose('Traces');
    await expect.poll(async () => (await rows()).length, SOON).toBe(CELLS + 1);
    await expect.poll(() => page.locator('.calcium-readings h3').innerText(), SOON).toMatch(/Cell 13$/);

    await choose('Cells');
    await page.getByLabel('Kind of threshold').selectOption('percentile');
    await page.getByLabel('Threshold', { exact: true }).fill('90');
    await button('Preview').click();
    await expect.poll(side, SOON).toMatch(/[1-9]\d* cells above [\d.]+ counts/);
    await button('Cancel').click();

    await choose('Redo offline');
    await page.locator('.calcium-offline form button').click();
    await page.getByLabel('Cell', { exact: true }).selectOption('1');
    await expect.poll(() => number('.calcium-offline .is-second b'), SOON).toBeGreaterThan(0);
    const correlation = () => number('.calcium-offline .calcium-readings > p:nth-of-type(3) b');
    // Of the few seconds there are, whose baselines differ more than those of minutes.
    await expect.poll(correlation, SOON).toBeGreaterThan(0.9);
    expect(await correlation()).toBeLessThanOrEqual(1);
    expect(errors).toEqual([]);
  },
);
