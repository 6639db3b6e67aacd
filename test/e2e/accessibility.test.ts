import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { VIEWS } from '../../dashboard/views/index.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { startCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skipReason = browserSkipReason();
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const DRAWERS = ['Auto-detect', 'ROI size', 'Contrast', 'Bead list'];

describe.skipIf(skipReason)(`accessibility${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  const folder = temporaryFolder();
  let browser: Browser;

  beforeAll(async () => {
    await builtDashboard();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** What axe finds wrong with a part of the page, in either scheme of colors. */
  async function violationsOf(page: Page, name: string, part: string): Promise<string[]> {
    const found: string[] = [];
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const axe = new AxeBuilder({ page }).include(part);
      // A scheme changes colors only.
      if (colorScheme === 'dark') axe.withTags(RULES);
      else axe.withRules('color-contrast');
      const { violations } = await axe.analyze();
      for (const { id, nodes } of violations) {
        for (const { target, failureSummary } of nodes) {
          found.push(`${name}, ${colorScheme}: ${id} ${target.join(' ')}: ${failureSummary}`);
        }
      }
    }
    return found;
  }

  test('no view, tool or panel breaks a rule of WCAG 2.2 AA, light or dark', async () => {
    const demo = startCommand([
      ...['demo', '--beads', '3', '--fps', '20', '--seed', '4', '--port', '0', '--engine', 'reference'],
      ...['--out', folder],
    ]);
    onTestFinished(() => void demo.process.kill('SIGKILL'));
    const [, url] = await demo.says(/dashboard: (\S+)/);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(url!);
    await page.locator('#bead-2').waitFor();
    const violations = await violationsOf(page, 'page', 'html');
    for (const drawer of DRAWERS) {
      await page.getByRole('button', { name: drawer, exact: true }).click();
      await page.getByRole('region', { name: drawer, exact: true }).waitFor();
      violations.push(...(await violationsOf(page, drawer, '.drawer')));
    }
    for (const { title } of VIEWS.slice(1)) {
      await page.getByRole('tab', { name: title, exact: true }).click();
      await page.getByRole('tabpanel', { name: title, exact: true }).locator('> *').first().waitFor();
      violations.push(...(await violationsOf(page, title, '.views')));
    }
    // The last of the views lists the recording that is under way.
    await page.getByRole('button', { name: /^Replay / }).click();
    await page.locator('.replay-readings tbody tr').first().waitFor();
    violations.push(...(await violationsOf(page, 'Replay', '.replay')));
    expect(violations).toEqual([]);
    expect(errors).toEqual([]);
  });
});
