import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { type DashboardPage, openDashboard, SOON } from '../support/dashboard-page.ts';

const skipReason = browserSkipReason();

describe.skipIf(skipReason)(
  `the bead wall in a browser${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let browser: Browser;
    let folder: string;
    let opened: DashboardPage;

    beforeAll(async () => {
      folder = await builtDashboard();
      browser = await launchBrowser();
    });
    afterAll(() => browser?.close());
    afterEach(async () => {
      const { errors } = opened;
      await opened.close();
      expect(errors).toEqual([]);
    });

    /** Opens the wall of 120 beads: 7 is lost, 50 the noisiest, 3 the next. */
    async function openWall() {
      opened = await openDashboard(browser, { page: folder, beads: 120, width: 1280, height: 960 });
      const { page, tracker } = opened;
      tracker.statusOf.set(7, TRACK_STATUS.lost);
      tracker.noiseZNmOf.set(50, 90).set(3, 40);
      await page.getByRole('tab', { name: 'Bead wall' }).click();
      await page.locator('#tile-0').waitFor();
      return opened;
    }

    const shown = () =>
      opened.page.locator('.tile').evaluateAll((tiles) =>
        tiles
          .sort((a, b) => Number(a.getAttribute('aria-posinset')) - Number(b.getAttribute('aria-posinset')))
          .slice(0, 3)
          .map(({ id }) => id),
      );

    /** Distinct grays in the middle of the picture of the first tile. */
    const grays = () =>
      opened.page.$eval('canvas.wall-pictures', (element) => {
        const canvas = element as HTMLCanvasElement;
        const { data } = canvas.getContext('2d')!.getImageData(10, 10, 50, 50);
        return new Set(data).size;
      });

    test('shows a live picture, noise, score and status of the beads in sight, and no others', async () => {
      const { page, requested } = await openWall();
      await expect.poll(grays, SOON).toBeGreaterThan(50);
      expect(requested('tiles')).toMatchObject([{ wanted: true }]);
      const tile = page.locator('#tile-1');
      await expect
        .poll(() => tile.getAttribute('aria-label'), SOON)
        .toMatch(/^bead 1, z noise 12\.0 nm, score 0\.9\d\d, ok$/);
      expect(await page.locator('.tile').count()).toBeLessThan(80);
      await page.locator('.wall .scroller').evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await page.locator('#tile-119').waitFor();
      await page.getByRole('tab', { name: 'Live Plots' }).click();
      await expect.poll(() => requested('tiles').at(-1)?.wanted, SOON).toBe(false);
    });

    test('orders by noise, score and status, and shows those that need attention only', async () => {
      const { page } = await openWall();
      const order = page.getByLabel('Order');
      await order.selectOption('noise');
      await expect.poll(shown, SOON).toEqual(['tile-50', 'tile-3', 'tile-0']);
      await order.selectOption('status');
      await expect.poll(shown, SOON).toEqual(['tile-7', 'tile-0', 'tile-1']);
      await page.getByRole('combobox', { name: /^Show/ }).selectOption('trouble');
      await expect.poll(shown, SOON).toEqual(['tile-7']);
      await expect.poll(() => page.locator('.bead-wall .readout').innerText(), SOON).toBe('1 of 120 beads');
      await page.getByRole('combobox', { name: /^Show/ }).selectOption('all');
      await order.selectOption('id');
      await page.getByRole('searchbox', { name: 'Bead' }).fill('11');
      await expect.poll(shown, SOON).toEqual(['tile-11', 'tile-110', 'tile-111']);
    });

    test('a click, or arrow keys, select a bead in the list and the picture, too', async () => {
      const { page } = await openWall();
      await page.locator('#tile-2').click();
      const row = (bead: number) => page.locator(`#bead-${bead}`);
      await expect.poll(() => row(2).getAttribute('aria-selected'), SOON).toBe('true');
      await page.locator('.wall .scroller').focus();
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => page.locator('#tile-3').getAttribute('aria-selected'), SOON).toBe('true');
      await expect.poll(() => opened.requested('watch').at(-1)?.beads, SOON).toEqual([3]);
      await page.keyboard.press('End');
      await expect.poll(() => page.locator('#tile-119').isVisible(), SOON).toBe(true);
    });

    test('the field map colors beads by noise or score and reads out the one under the pointer', async () => {
      const { page } = await openWall();
      await page.getByLabel('Field map').check({ force: true });
      const place = (bead: number) => page.locator(`#place-${bead}`);
      const color = (bead: number) => place(bead).getAttribute('fill');
      await expect.poll(() => color(50), SOON).toBe('rgb(253 231 37)');
      await expect.poll(() => color(0), SOON).toBe('rgb(68 1 84)');
      await place(50).hover();
      const output = page.locator('.map-legend output');
      await expect
        .poll(() => output.innerText(), SOON)
        .toMatch(/^bead 50: z noise 90\.0 nm, score 0\.9\d\d, ok$/);
      await page.getByLabel('score', { exact: true }).check();
      await expect.poll(() => color(7), SOON).toBe('none');
      await place(60).click();
      await expect.poll(() => opened.requested('watch').at(-1)?.beads, SOON).toEqual([60]);
    });
  },
);
