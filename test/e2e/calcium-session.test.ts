import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { startCommand } from '../support/cli.ts';
import { restingBox, SOON } from '../support/dashboard-page.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skipReason = browserSkipReason();
const CELLS = 12;

/** A baseline as soon as there is a second of frames, so that nobody waits for it. */
const SETTINGS = '[calcium.params.running-baseline]\nleastS = 1\n';

test.skipIf(skipReason)(
  `cells of a camera in a browser: drawn and found, measured, recorded and made again${skipReason ? ` (skipped: ${skipReason})` : ''}`,
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
      ...['--engine', 'wasm', '--preset', 'fast', '--port', '0', '--out', join(folder, 'runs')],
    ]);
    onTestFinished(() => void demo.process.kill('SIGKILL'));
    const [, url] = await demo.says(/dashboard: (\S+)/);
    // The threads start before the browser wants the cores: without a frame there is no event to wait for.
    await demo.says(/camera 'simulated-calcium'/);
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
    const box = await restingBox(page.locator('.calcium-stage canvas'));
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
    const redo = page.locator('.calcium-offline form button');
    await redo.click();
    const shown = page.getByLabel('Cell', { exact: true });
    await shown.selectOption('12');
    await expect.poll(() => shown.inputValue(), SOON).toBe('12');
    // Of the few seconds there are, and then of more: events come, and live baselines become those of the whole run.
    const again = async (selector: string) => {
      await redo.click();
      return number(`.calcium-offline ${selector}`);
    };
    const often = { ...SOON, interval: 500 };
    await expect.poll(() => again('.is-second b'), often).toBeGreaterThan(0);
    const correlation = '.calcium-readings > p:nth-of-type(3) b';
    await expect.poll(() => again(correlation), often).toBeGreaterThan(0.9);
    expect(await number(`.calcium-offline ${correlation}`)).toBeLessThanOrEqual(1);
    expect(errors).toEqual([]);
  },
);
