import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { readRunRecord } from '#recording/run-record.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { startServe, startSimulated } from '../support/live-process.ts';
import { readStack } from '../support/read-stack.ts';
import { recordedAccount } from '../support/recorded-account.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skipReason = browserSkipReason();
const SOON = { timeout: 60_000, interval: 50 };
const root = temporaryFolder();

test.skipIf(skipReason)(
  `a run in a browser: Acquire, settings, Saving with notes, control of two people, alarms${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  async () => {
    await builtDashboard();
    const runs = join(root, 'runs');
    const bead = { xPx: 60, yPx: 54 };
    const args = ['--out', runs, '--engine', 'reference', '--no-record'];
    const serve = await startServe(root, [bead], { args });
    const camera = startSimulated(
      serve.url,
      '--beads',
      '1',
      '--fps',
      '20',
      '--width',
      '160',
      '--height',
      '120',
    );
    const browser: Browser = await launchBrowser();
    const errors: string[] = [];
    const open = async (): Promise<{ page: Page; context: BrowserContext }> => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(`http://127.0.0.1:${serve.port}/`);
      await page.getByRole('tab', { name: 'Run' }).click();
      return { page, context };
    };
    try {
      const { page } = await open();
      const button = (name: string) => page.getByRole('button', { name, exact: true });
      const exposure = page.getByLabel('Exposure');
      await exposure.waitFor();

      await exposure.fill('60000');
      await exposure.press('Enter');
      await page.getByText('exposureUs: expected 10 to 50000 µs, received 60000').waitFor();
      await exposure.fill('500');
      await exposure.press('ArrowUp');
      await exposure.press('Enter');
      await expect.poll(() => exposure.inputValue(), SOON).toBe('501');
      await expect.poll(() => exposure.getAttribute('aria-invalid'), SOON).toBe('false');

      await page.getByLabel('Keep the last').selectOption('10');
      await button('Film frames').click();
      await button('Stop Movie').waitFor();
      const save = button('Save the last 10 s');
      await expect.poll(() => save.isDisabled(), SOON).toBe(false);
      await save.click();
      await page.locator('p').filter({ hasText: 'saved: ' }).waitFor();
      await page
        .locator('p')
        .filter({ hasText: /movie_.*\.tif \d+ frames/ })
        .waitFor();
      await button('Stop Movie').click();
      await button('Film ROIs').waitFor();

      await button('Stop Acquire').click();
      await page.getByText('off: no frames are taken').waitFor();
      await expect.poll(async () => (await serve.totals())['in-flight'], SOON).toBe(0);
      const paused = await serve.totals();

      await page.getByLabel('Name of the run').fill('a/b');
      await page.getByText('the name of a run takes letters, digits, _, - and .').waitFor();
      const isOff = (of: ReturnType<typeof button>) => expect.poll(() => of.isDisabled(), SOON);
      await isOff(button('Start Saving')).toBe(true);
      await page.getByLabel('Name of the run').fill('lambda');
      await page.getByLabel('Notes', { exact: true }).fill('buffer A');
      // Saving may begin while nothing is acquired.
      await button('Start Saving').click();
      await button('Stop Saving').waitFor();
      expect((await serve.totals()).offered).toBe(paused.offered);
      await button('Start Acquire').click();
      await expect
        .poll(async () => (await serve.totals()).tracked, SOON)
        .toBeGreaterThan(paused.tracked + 10);
      await page.getByLabel('Note now').fill('magnet to 4 mm');
      await page.getByLabel('Note now').press('Enter');
      await page.getByRole('listitem').filter({ hasText: 'magnet to 4 mm' }).waitFor();

      const ben = await open();
      await ben.page.getByText('operator 1 has control.').waitFor();
      await isOff(ben.page.getByRole('button', { name: 'Stop Saving' })).toBe(true);
      const takeOver = ben.page.getByRole('button', { name: 'Take over control' });
      await takeOver.click();
      // Modal: only then does Escape close it.
      const isModal = () => ben.page.locator('dialog:modal').count();
      await expect.poll(isModal, SOON).toBe(1);
      await ben.page.keyboard.press('Escape');
      await expect.poll(isModal, SOON).toBe(0);
      expect(await button('Stop Saving').isDisabled()).toBe(false);
      await takeOver.click();
      await ben.page.getByRole('button', { name: 'Take over', exact: true }).click();
      await page.getByText('operator 2 has control.').waitFor();
      await isOff(button('Stop Saving')).toBe(true);
      await isOff(button('Film frames')).toBe(true);
      await ben.page.getByRole('button', { name: 'Stop Saving' }).click();
      await ben.page.getByRole('button', { name: 'Start Saving' }).waitFor();
      await ben.context.close();
      await isOff(button('Start Saving')).toBe(false);

      const [name] = readdirSync(runs, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [entry.name] : [],
      );
      expect(name).toMatch(/^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_lambda$/);
      const record = await readRunRecord(join(runs, name!));
      expect(record).toMatchObject({ notes: 'buffer A', cameraSettings: { exposureUs: 501 } });
      expect(record.log?.map(({ at: _, ...what }) => what)).toEqual([
        { by: 'operator 1', acquire: true },
        { by: 'operator 1', note: 'magnet to 4 mm' },
      ]);
      // Nothing was saved while they were filmed.
      const movies = readdirSync(runs).filter((file) => /^(movie|last)_.*\.tif$/.test(file));
      expect(movies).toHaveLength(2);
      for (const movie of movies) {
        const filmed = await readStack(join(runs, movie));
        expect(filmed).toMatchObject({ width: 160, height: 120 });
        expect(filmed.frames).toBeGreaterThan(0);
      }
      // All since Acquire went on, one after the other: each was tracked or has a fate, though Acquire was off before.
      const account = await recordedAccount(join(runs, name!), 1);
      expect(account).toMatchObject({ first: paused.offered, unknown: [] });
      expect(account.withTracks).toEqual(account.tracked);
      expect(account.tracked.length).toBeGreaterThan(10);

      camera.process.kill('SIGKILL');
      await page.getByRole('button', { name: '1 alarm unread' }).waitFor();
      await page.getByRole('button', { name: /^Read: camera 'simulated' disconnected/ }).click();
      await page.getByText('none unread').waitFor();
      await page.reload();
      await page.getByText('none unread').waitFor();
      expect(await page.getByRole('button', { name: /unread$/ }).count()).toBe(0);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);
