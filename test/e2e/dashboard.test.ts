import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ControlRequest } from '#protocol/control-request.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { restingBox, SOON } from '../support/dashboard-page.ts';
import { FakeTracker } from '../support/fake-tracker.ts';

const skipReason = browserSkipReason();
const FRAME = { width: 640, height: 480 };

describe.skipIf(skipReason)(
  `the dashboard in a browser${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let dist: string;
    let browser: Browser;
    let tracker: FakeTracker;
    let page: Page;
    let consoleErrors: string[];

    beforeAll(async () => {
      dist = await builtDashboard();
      browser = await launchBrowser();
    });
    afterAll(() => browser?.close());

    /** Opens the page on a tracker with this many beads and waits for its picture and its tracks. */
    async function open(
      beads: number,
      options: { pixelSizeNm?: number; fits?: boolean } = {},
    ): Promise<void> {
      tracker = new FakeTracker({ page: dist, beads, ...FRAME, ...options });
      const url = await tracker.start();
      page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
      page.on('console', (message) => {
        if (message.type() === 'error') consoleErrors.push(message.text());
      });
      page.on('pageerror', (error) => consoleErrors.push(error.message));
      await page.goto(url);
      expect(consoleErrors).toEqual([]);
      await expect.poll(() => saturatedPixels('.stage .overlay'), SOON).toBeGreaterThan(0);
    }

    beforeEach(() => {
      consoleErrors = [];
    });
    afterEach(async () => {
      await page?.close();
      await tracker?.stop();
    });

    /** Pixels of a canvas, from some share of its width on, that are of a color: neither picture, text nor grid are. */
    function saturatedPixels(selector: string, fromShare = 0): Promise<number> {
      return page.$eval(
        selector,
        (element, share) => {
          const canvas = element as HTMLCanvasElement;
          const context = canvas.getContext('2d');
          if (!context || canvas.width === 0) return 0;
          const left = Math.floor(share * canvas.width);
          const { data } = context.getImageData(left, 0, canvas.width - left, canvas.height);
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
            if (data[at + 3]! > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) count++;
          }
          return count;
        },
        fromShare,
      );
    }

    /** Where a full-frame position is on the page: the frame fills the stage as far as its shape allows. */
    async function onPage(xPx: number, yPx: number): Promise<{ x: number; y: number }> {
      const box = await restingBox(page.locator('.stage .overlay'));
      const scale = Math.min(box.width / FRAME.width, box.height / FRAME.height);
      return {
        x: box.x + (box.width - FRAME.width * scale) / 2 + (xPx + 0.5) * scale,
        y: box.y + (box.height - FRAME.height * scale) / 2 + (yPx + 0.5) * scale,
      };
    }

    async function pressAt(xPx: number, yPx: number, button: 'left' | 'right' = 'left'): Promise<void> {
      const { x, y } = await onPage(xPx, yPx);
      await page.mouse.click(x, y, { button });
    }

    const row = (bead: number) => page.locator(`#bead-${bead}`);
    const cells = (bead: number) => row(bead).locator('th, td').allInnerTexts();
    /** The list changes ten times a second. */
    const listChanges = async () => {
      const before = await cells(0);
      await expect.poll(() => cells(0), SOON).not.toEqual(before);
    };
    const requested = <Type extends ControlRequest['type']>(type: Type) =>
      tracker.requests.filter(
        (request): request is Extract<ControlRequest, { type: Type }> => request.type === type,
      );

    test('shows every bead with its position, height, score and status', async () => {
      await open(3);
      await expect.poll(async () => (await cells(2))[5], SOON).toBe('ok');
      const [bead, xPx, yPx, zNm, score] = await cells(2);
      const { left, top, size } = tracker.beads[2]!;
      expect(bead).toBe('2');
      // The fake beads tremble by 0.3 px and 20 nm about their middles, the list rounds to 0.01 px.
      expect(Math.abs(Number(xPx) - left - size / 2)).toBeLessThan(0.31);
      expect(Math.abs(Number(yPx) - top - size / 2)).toBeLessThan(0.31);
      expect(Number(zNm)).toBeGreaterThan(1000);
      expect(Number(score)).toBeGreaterThan(0.9);
      expect(consoleErrors).toEqual([]);
    });

    test('draws x, y and z of the selected bead and names their units', async () => {
      await open(3);
      for (const name of ['x', 'y', 'z']) {
        await expect.poll(() => saturatedPixels(`.trace-${name} canvas`), SOON).toBeGreaterThan(200);
        await page.getByRole('img', { name: `${name} of bead 0 in nm against time in s` }).waitFor();
      }
      expect(consoleErrors).toEqual([]);
    });

    test('shows what a bead did before it was selected, as far back as is asked for', async () => {
      await open(3);
      // Nothing comes any more: what is drawn is the past that was asked for.
      tracker.isHeld = true;
      await row(2).click();
      await expect.poll(() => requested('watch').at(-1), SOON).toMatchObject({ beads: [2], seconds: 120 });
      for (const name of ['x', 'y', 'z']) {
        await expect.poll(() => saturatedPixels(`.trace-${name} canvas`, 0.8), SOON).toBeGreaterThan(50);
      }
      await page.getByLabel('1 h', { exact: true }).check({ force: true });
      await expect.poll(() => requested('watch').at(-1), SOON).toMatchObject({ beads: [2], seconds: 3600 });
      await expect.poll(() => saturatedPixels('.trace-x canvas', 0.8), SOON).toBeGreaterThan(50);
      expect(consoleErrors).toEqual([]);
    });

    test('keeps x and y in px where the camera has no pixel size', async () => {
      await open(2, { pixelSizeNm: Number.NaN });
      await page.getByRole('img', { name: 'y of bead 0 in px against time in s' }).waitFor();
      await page.getByRole('img', { name: 'z of bead 0 in nm against time in s' }).waitFor();
      await page
        .getByText('No magnitude: the pixel size of the camera is not known.')
        .waitFor({ state: 'attached' });
      expect(await page.getByRole('checkbox', { name: 'magnitude', includeHidden: true }).count()).toBe(0);
    });

    test('holds its trace while paused and goes on afterwards', async () => {
      await open(2);
      const picture = () =>
        page.$eval('.trace-x canvas', (canvas) => (canvas as HTMLCanvasElement).toDataURL());
      await expect.poll(() => saturatedPixels('.trace-x canvas'), SOON).toBeGreaterThan(200);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Resume' }).waitFor();
      // What was to be drawn before the pause may still be: from some picture on there is no other.
      let held = await picture();
      const isHeld = async () => {
        const before = held;
        await listChanges();
        held = await picture();
        return held === before;
      };
      await expect.poll(isHeld, SOON).toBe(true);
      await listChanges();
      await listChanges();
      expect(await picture()).toBe(held);
      await page.getByRole('button', { name: 'Resume' }).click();
      await expect.poll(picture, SOON).not.toBe(held);
    });

    test('shows several beads, relative to a reference bead, and exports what is shown', async () => {
      await open(3, { fits: true });
      await row(1).click();
      await page.keyboard.press('r');
      await row(0).click();
      await row(2).click({ modifiers: ['Control'] });
      await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([0, 2, 1]);
      await page.getByRole('img', { name: 'z of beads 0, 2 in nm against time in s' }).waitFor();
      // 50 frames of the three, and the page has had them.
      const { offered } = tracker.ledger;
      await expect.poll(() => tracker.ledger.offered, SOON).toBeGreaterThan(offered! + 50);
      await listChanges();
      await page.getByLabel('Relative', { exact: true }).check({ force: true });
      await page.getByRole('button', { name: 'Pause' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'CSV' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('traces-beads-0-2.csv');
      const [names, ...lines] = readFileSync(await download.path(), 'utf8')
        .trimEnd()
        .split('\n');
      expect(names).toBe('timeS,bead,xPx,yPx,zNm,score,sigmaXPx,sigmaYPx,sigmaZNm,chiSquared,relativeTo');
      const rows = lines.map((line) => line.split(',').map(Number));
      const found = rows.filter(([, bead, xPx]) => bead === 2 && Number.isFinite(xPx));
      expect(found.length).toBeGreaterThan(5);
      const apart = tracker.beads[2]!.left - tracker.beads[1]!.left;
      for (const [, , xPx, , , , sigmaXPx, , , , relativeTo] of found) {
        // Either bead trembles by 0.3 px.
        expect(Math.abs(xPx! - apart)).toBeLessThan(0.61);
        expect(sigmaXPx).toBeCloseTo(0.17 * Math.SQRT2, 9);
        expect(relativeTo).toBe(1);
      }
      expect(consoleErrors).toEqual([]);
    });

    test('zooms where a person drags, or with keys, holds meanwhile, and shows all again', async () => {
      await open(2);
      await expect.poll(() => saturatedPixels('.trace-x canvas'), SOON).toBeGreaterThan(200);
      const plot = await restingBox(page.locator('.trace-x .u-over'));
      await page.mouse.move(plot.x + 50, plot.y + 10);
      await page.mouse.down();
      await page.mouse.move(plot.x + 150, plot.y + 12, { steps: 3 });
      await page.mouse.up();
      const reset = page.getByRole('button', { name: 'Reset zoom' });
      await reset.waitFor();
      await page.getByRole('button', { name: 'Resume' }).waitFor();
      await reset.click();
      await expect.poll(() => reset.count(), SOON).toBe(0);
      await page.locator('.plots').focus();
      await page.keyboard.press('+');
      await reset.waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => reset.count(), SOON).toBe(0);
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      expect(consoleErrors).toEqual([]);
    });

    test('keeps the limits of an axis that a person sets, and leaves out a plot', async () => {
      await open(2);
      await page.getByText('Plot Settings').click();
      const picture = () =>
        page.$eval('.trace-z canvas', (canvas) => (canvas as HTMLCanvasElement).toDataURL());
      await expect.poll(() => saturatedPixels('.trace-z canvas'), SOON).toBeGreaterThan(200);
      await page.getByLabel('z from nm').fill('90000');
      await page.getByLabel('z to nm').fill('91000');
      // No bead is so high: the axis is there, the trace is not.
      await expect.poll(() => saturatedPixels('.trace-z canvas'), SOON).toBe(0);
      await page.getByLabel('z from nm').fill('');
      await expect.poll(() => saturatedPixels('.trace-z canvas'), SOON).toBeGreaterThan(200);
      expect(await picture()).toMatch(/^data:image\/png/);
      await page.getByRole('checkbox', { name: 'score' }).uncheck();
      await expect.poll(() => page.locator('.trace-score').count(), SOON).toBe(0);
      expect(consoleErrors).toEqual([]);
    });

    test('draws the magnitude when it is chosen, and remembers what was chosen', async () => {
      await open(2);
      await expect.poll(() => saturatedPixels('.trace-z canvas'), SOON).toBeGreaterThan(200);
      expect(await page.locator('.trace-magnitude').count()).toBe(0);
      await page.getByText('Plot Settings').click();
      await page.getByRole('checkbox', { name: 'magnitude' }).check();
      await page.getByRole('checkbox', { name: 'score' }).uncheck();
      await page.getByLabel('2 min', { exact: true }).check({ force: true });
      await page.reload();
      await expect.poll(() => saturatedPixels('.trace-magnitude canvas'), SOON).toBeGreaterThan(200);
      const magnitude = page.locator('.trace-magnitude .value');
      // z of the fake beads is above 1000 nm, and x and y tremble by 30 nm about their zeros.
      const shownNm = async () => Number((await magnitude.innerText()).replace(/[^\d.]/g, ''));
      await expect.poll(shownNm, SOON).toBeGreaterThan(1000);
      expect(await shownNm()).toBeLessThan(10_000);
      expect(await page.locator('.trace-score').count()).toBe(0);
      expect(await page.getByLabel('2 min', { exact: true }).isChecked()).toBe(true);
      expect(consoleErrors).toEqual([]);
    });

    test('draws the band of a plan that fits, and says that a fit is poor', async () => {
      await open(3, { fits: true });
      tracker.statusOf.set(1, TRACK_STATUS['poor-fit']);
      await expect.poll(async () => (await cells(1))[5], SOON).toBe('poor fit');
      await page.getByText('value ± σ of the fit').waitFor();
      await expect.poll(() => page.locator('.trace-x .trace-reading').innerText(), SOON).toContain('± 17.0');
      await expect.poll(() => saturatedPixels('.trace-chi canvas'), SOON).toBeGreaterThan(100);
      expect(consoleErrors).toEqual([]);
    });

    test('analyzes the time shown, and asks for profiles only meanwhile', async () => {
      await open(3);
      await page.getByRole('tab', { name: 'Analysis' }).click();
      for (const name of ['histogram', 'scatter', 'spectrum', 'allan', 'profile']) {
        const canvas = `.analysis-${name} canvas`;
        await page.locator(canvas).waitFor();
        await expect.poll(() => saturatedPixels(canvas), SOON).toBeGreaterThan(50);
      }
      await expect.poll(() => requested('watch').at(-1), SOON).toMatchObject({ beads: [0], profileOf: 0 });
      await expect
        .poll(() => page.locator('.analysis-spectrum figcaption').innerText(), SOON)
        .toContain('100 points a second');
      await expect
        .poll(() => page.locator('.analysis-profile figcaption').innerText(), SOON)
        .toContain('plane 1480.0 nm');
      await page.getByRole('tab', { name: 'Live Plots' }).click();
      await expect.poll(() => requested('watch').at(-1)?.profileOf, SOON).toBeUndefined();
      expect(consoleErrors).toEqual([]);
    });

    test('a click on empty field adds a bead there', async () => {
      await open(3);
      await pressAt(400, 333);
      await expect.poll(() => requested('add-bead'), SOON).toHaveLength(1);
      const { xPx, yPx } = requested('add-bead')[0]!;
      // The browser may round the pointer to whole CSS px, which are about 1 px of the frame here.
      expect(Math.hypot(xPx - 400, yPx - 333)).toBeLessThan(1);
      await expect.poll(() => row(3).count(), SOON).toBe(1);
      expect(consoleErrors).toEqual([]);
    });

    test('a click on a bead selects it, in the picture and in the list', async () => {
      await open(3);
      const { left, top, size } = tracker.beads[1]!;
      await pressAt(left + size / 2, top + size / 2);
      await expect.poll(() => row(1).getAttribute('aria-selected'), SOON).toBe('true');
      await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([1]);
      await row(2).click();
      await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([2]);
      expect(requested('add-bead')).toEqual([]);
    });

    test('a bead that is dragged moves as far as the pointer did', async () => {
      await open(3);
      const { left, top, size } = tracker.beads[1]!;
      const from = await onPage(left + 30, top + 10);
      const to = await onPage(left + 30 - 75, top + 10 + 40);
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
      await page.mouse.move(to.x, to.y);
      expect(requested('move-bead')).toEqual([]);
      await page.mouse.up();
      await expect.poll(() => requested('move-bead'), SOON).toHaveLength(1);
      expect(requested('move-bead')[0]).toMatchObject({ bead: 1 });
      const moved = tracker.beads[1]!;
      expect([moved.left, moved.top, moved.size]).toEqual([left - 75, top + 40, size]);
      const distance = async () => Math.abs(Number((await cells(1))[1]) - (left - 75 + size / 2));
      // The fake bead trembles by 0.3 px.
      await expect.poll(distance, SOON).toBeLessThan(0.31);
      expect(consoleErrors).toEqual([]);
    });

    test('Escape ends a drag and leaves the bead where it was', async () => {
      await open(2);
      const { left, top } = tracker.beads[1]!;
      const from = await onPage(left + 10, top + 10);
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move(from.x + 40, from.y + 40);
      await page.keyboard.press('Escape');
      await page.mouse.up();
      await row(1).click();
      await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([1]);
      expect(requested('move-bead')).toEqual([]);
    });

    test('a right-click on a bead removes it, elsewhere it does nothing', async () => {
      await open(3);
      await pressAt(450, 400, 'right');
      const { left, top, size } = tracker.beads[1]!;
      await pressAt(left + size / 2, top + size / 2, 'right');
      await expect.poll(() => row(1).count(), SOON).toBe(0);
      expect(requested('remove-bead')).toMatchObject([{ bead: 1 }]);
      expect(tracker.beads.map(({ bead }) => bead)).toEqual([0, 2]);
      expect(consoleErrors).toEqual([]);
    });

    test('a place seen through the zoom is the place in the frame', async () => {
      await open(3);
      // The middle of the frame stays in the middle of the stage at every zoom.
      const { x, y } = await onPage(319.5, 239.5);
      await page.mouse.move(x, y);
      await page.mouse.wheel(0, -800);
      await page.getByRole('button', { name: 'Whole frame' }).waitFor();
      await page.mouse.click(x, y);
      await expect.poll(() => requested('add-bead'), SOON).toHaveLength(1);
      const { xPx, yPx } = requested('add-bead')[0]!;
      expect(Math.hypot(xPx - 319.5, yPx - 239.5)).toBeLessThan(1);
    });

    test('a refused request is told in the words of the tracker until dismissed', async () => {
      await open(3);
      await pressAt(638, 240);
      const notice = page.getByRole('alert');
      await expect.poll(() => notice.innerText(), SOON).toContain('move the ROI inside the frame');
      await notice.getByRole('button', { name: 'Dismiss' }).click();
      await expect.poll(() => notice.count(), SOON).toBe(0);
    });

    test('a lost bead is shown as lost, without numbers, and its neighbors are not', async () => {
      await open(3);
      tracker.statusOf.set(1, TRACK_STATUS.lost);
      await expect.poll(() => cells(1), SOON).toEqual(['1', '–', '–', '–', '–', 'lost']);
      await expect.poll(async () => (await cells(2))[5], SOON).toBe('ok');
      await page.getByText('1 need attention').waitFor();
      expect(consoleErrors).toEqual([]);
    });

    test('frame rates, latency, engine, recording and drops are on screen', async () => {
      await open(3);
      tracker.ledger['dropped-ring'] = 12;
      const bar = page.locator('.status-bar');
      await expect.poll(() => bar.getByText('12', { exact: true }).count(), SOON).toBe(1);
      const text = await bar.innerText();
      for (const expected of ['simulated', '640 × 480 mono8', 'reference', '2026-11-21T10-15-00', 'p99']) {
        expect(text).toContain(expected);
      }
      expect(await page.locator('.frame-ledger .tone-lost').innerText()).toMatch(/dropped-ring\s+12/);
      const budget = await page.locator('.latency-budget tr').allInnerTexts();
      const steps = [
        'camera to received',
        'received to submitted',
        'submitted to tracked',
        'tracked to sent',
      ];
      for (const [at, step] of [...steps, 'camera to tracked'].entries()) {
        expect(budget[at + 1]).toMatch(new RegExp(`^${step}\\s+\\d+\\.\\d+\\s+\\d+\\.\\d+$`));
      }
    });

    test('a warning stays until it is dismissed', async () => {
      await open(2);
      const event = { type: 'event', timeMs: Date.UTC(2026, 10, 21) } as const;
      tracker.tell({ ...event, level: 'warning', text: 'the disk is slow' });
      tracker.tell({ ...event, level: 'info', text: 'camera connected' });
      const log = page.getByRole('log').getByRole('listitem');
      await expect.poll(() => log.count(), SOON).toBe(2);
      expect(await log.first().innerText()).toContain('the disk is slow');
      await page.getByRole('button', { name: 'Dismiss warning' }).click();
      await expect
        .poll(() => log.allInnerTexts(), SOON)
        .toEqual([expect.stringContaining('camera connected')]);
    });

    test('lists 200 beads and reaches the last one by keyboard', async () => {
      await open(200);
      const grid = page.getByRole('grid');
      await expect.poll(() => grid.getAttribute('aria-rowcount'), SOON).toBe('201');
      expect(await page.locator('#bead-199').count()).toBe(0);
      await grid.focus();
      await page.keyboard.press('End');
      await expect.poll(() => row(199).getAttribute('aria-selected'), SOON).toBe('true');
      await row(199).waitFor();
      await page.keyboard.press('ArrowUp');
      await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([198]);
      await page.keyboard.press('f');
      await expect.poll(() => row(198).getAttribute('title'), SOON).toContain('follows its bead');
      expect(requested('follow-bead')).toMatchObject([{ bead: 198, follow: true }]);
      await page.keyboard.press('Delete');
      await expect.poll(() => requested('remove-bead'), SOON).toMatchObject([{ bead: 198 }]);
      expect(consoleErrors).toEqual([]);
    });

    test('says that the connection is lost, comes back by itself and selects the same bead again', async () => {
      await open(3);
      const link = page.getByRole('status', { name: 'Connection' });
      await row(2).click();
      await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([2]);
      tracker.acceptsDashboards = false;
      tracker.dropDashboards();
      await expect.poll(() => link.innerText(), SOON).toContain('Connection lost');
      tracker.requests.length = 0;
      tracker.acceptsDashboards = true;
      await expect.poll(() => link.innerText(), SOON).toBe('Live');
      await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([2]);
      const before = await cells(2);
      await expect.poll(() => cells(2), SOON).not.toEqual(before);
      // The browser itself reports every refused connection.
      expect(consoleErrors.filter((text) => !text.includes('WebSocket connection'))).toEqual([]);
    });
  },
);
