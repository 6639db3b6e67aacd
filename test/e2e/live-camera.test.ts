import { readFile } from 'node:fs/promises';
import type { Browser, Download } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { type DashboardPage, openDashboard, restingBox, SOON } from '../support/dashboard-page.ts';
import type { FakeTrackerOptions } from '../support/fake-tracker.ts';

const skipReason = browserSkipReason();

describe.skipIf(skipReason)(
  `the live camera in a browser${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let folder: string;
    let browser: Browser;
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

    async function open(options: Partial<FakeTrackerOptions> = {}): Promise<DashboardPage> {
      opened = await openDashboard(browser, { page: folder, beads: 6, width: 640, height: 480, ...options });
      return opened;
    }

    const button = (name: string | RegExp) => opened.page.getByRole('button', { name, exact: true });
    const ids = () => opened.tracker.beads.map(({ bead }) => bead);
    const roiOf = (bead: number) => opened.tracker.beads.find((one) => one.bead === bead);
    const focusPicture = () => opened.page.locator('.stage .overlay').focus();
    const nextPicture = () => expect.poll(() => opened.requested('preview').at(-1), SOON);

    test('proposes beads, shows more with a lower score, and adds those not clicked away in one step', async () => {
      const { page, requested, onPage } = await open();
      await button('Auto-detect').click();
      await button('Search').click();
      await button('Accept 6').waitFor();
      expect(requested('detect-beads')).toMatchObject([{ roiSize: 48, clearance: 0.8 }]);
      expect(requested('detect-beads')[0]).not.toHaveProperty('minScore');
      const told = page.locator('.drawer').getByRole('status');
      await expect.poll(() => told.innerText(), SOON).toBe('9 found, 6 to add, 2 more are tracked already');
      await page.getByRole('checkbox', { name: /^pairs/ }).check();
      await button('Accept 8').waitFor();
      // Scores fall by 0.05 from 0.95: four are above 0.79.
      await page.getByRole('slider', { name: 'Least score' }).fill('0.79');
      await button('Accept 4').waitFor();
      const second = await onPage(Math.round(1.8 * 64), 420);
      await page.mouse.click(second.x, second.y);
      await button('Accept 3').waitFor();
      expect(requested('detect-beads')).toHaveLength(1);
      await button('Accept 3').click();
      await expect.poll(ids, SOON).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      expect(roiOf(6)).toMatchObject({ left: 51 - 24, top: 420 - 24, size: 48 });
      expect(requested('add-bead')).toEqual([]);
      await expect.poll(() => button('Undo').getAttribute('title'), SOON).toContain('accept 3 beads');
      await button('Undo').click();
      await expect.poll(ids, SOON).toEqual([0, 1, 2, 3, 4, 5]);
      await button('Redo').click();
      await expect.poll(ids, SOON).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    });

    test('searches for what is like the bead that is clicked, and tells in words when there is none', async () => {
      const { page, requested, onPage } = await open();
      await button('Auto-detect').click();
      await page.getByLabel('what is like a bead I click').check();
      const seed = await onPage(107, 120);
      await page.mouse.click(seed.x, seed.y);
      await button('Accept 6').waitFor();
      const { xPx, yPx } = requested('detect-beads')[0]!.seed!;
      // The browser may round the pointer to whole CSS px, 1.5 px of the frame here.
      expect(Math.hypot(xPx - 107, yPx - 120)).toBeLessThan(1.6);
      await button('Click another bead').click();
      const low = await onPage(300, 470);
      await page.mouse.click(low.x, low.y);
      const alert = page.locator('.drawer').getByRole('alert');
      await expect.poll(() => alert.innerText(), SOON).toContain('click the middle of a bead');
      expect(requested('add-bead')).toEqual([]);
    });

    test('undoes and redoes adding, moving, resizing and removing by keys; a bead comes back as itself', async () => {
      const { page, requested, onPage } = await open();
      const before = roiOf(1)!;
      const middle = await onPage(before.left + 24, before.top + 24);
      await page.mouse.click(middle.x, middle.y);
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+ArrowDown');
      const nudged = { left: before.left + 1, top: before.top + 10 };
      await expect.poll(() => roiOf(1), SOON).toMatchObject(nudged);
      await page.keyboard.press('Delete');
      await expect.poll(ids, SOON).toEqual([0, 2, 3, 4, 5]);
      await page.keyboard.press('Control+z');
      await expect.poll(() => roiOf(1), SOON).toMatchObject({ ...nudged, zLut: 'simulated' });
      expect(ids()).toEqual([0, 1, 2, 3, 4, 5]);
      // Nudges in a row are one step.
      await page.keyboard.press('Control+z');
      await expect.poll(() => roiOf(1), SOON).toMatchObject({ left: before.left, top: before.top });
      await expect.poll(() => button('Undo').isDisabled(), SOON).toBe(true);
      await page.keyboard.press('Control+Shift+z');
      await expect.poll(() => roiOf(1), SOON).toMatchObject(nudged);
      await focusPicture();
      await page.keyboard.press('a');
      await expect.poll(ids, SOON).toEqual([0, 1, 2, 3, 4, 5, 6]);
      const { xPx, yPx } = requested('add-bead')[0]!;
      // The middle of the frame.
      expect(Math.hypot(xPx - 319.5, yPx - 239.5)).toBeLessThan(0.01);
      await button('Undo').click();
      await expect.poll(ids, SOON).toEqual([0, 1, 2, 3, 4, 5]);
    });

    test('gives the selected or all beads another ROI size about where they are, after asking where a Z-LUT is lost', async () => {
      const { page, requested, tracker } = await open();
      const middles = tracker.beads.map(({ left, top }) => ({ xPx: left + 24, yPx: top + 24 }));
      await button('ROI size').click();
      const size = page.locator('.drawer input[type=number]');
      await size.fill('64');
      await button('Use for bead 0').click();
      const question = page.getByRole('dialog', {
        name: /^Change the ROI of bead 0 to 64 px and take its Z-LUT off/,
      });
      await question.getByText('Its Z-LUT simulated holds for ROIs of 48 px').waitFor();
      await page.keyboard.press('Escape');
      await question.waitFor({ state: 'detached' });
      expect(requested('place-beads')).toEqual([]);
      await button('Use for bead 0').click();
      await button('Change to 64 px without z').click();
      await expect.poll(() => tracker.beads.map((bead) => bead.size), SOON).toEqual([64, 48, 48, 48, 48, 48]);
      expect(tracker.beads.map((bead) => bead.zLut)).toEqual([null, ...Array(5).fill('simulated')]);
      await size.fill('32');
      await button('Use for all 6 beads').click();
      await page.getByRole('dialog', { name: /beads 1, 2, 3 and 2 more/ }).waitFor();
      await button('Change to 32 px without z').click();
      await expect.poll(() => tracker.beads.map((bead) => bead.size), SOON).toEqual(Array(6).fill(32));
      // Beads tremble by 0.3 px about the middles of their ROIs, and ROIs lie on whole px.
      for (const [at, { left, top }] of tracker.beads.entries()) {
        const { xPx, yPx } = middles[at]!;
        expect(Math.max(Math.abs(left + 16 - xPx), Math.abs(top + 16 - yPx))).toBeLessThanOrEqual(1);
      }
      await button('Undo').click();
      await expect.poll(() => tracker.beads.map((bead) => bead.size), SOON).toEqual([64, 48, 48, 48, 48, 48]);
      // Without a Z-LUT nothing is lost, and nothing asked.
      await button('Use for bead 0').click();
      await expect.poll(() => roiOf(0)?.size, SOON).toBe(32);
      await size.fill('7');
      await expect.poll(() => button('Use for all 6 beads').isDisabled(), SOON).toBe(true);
      await size.fill('40');
      await button(/^Use for new beads/).click();
      await button('Use for new beads (40 px now)').waitFor();
      await focusPicture();
      await page.keyboard.press('a');
      await expect.poll(() => tracker.beads.at(-1)?.size, SOON).toBe(40);
    });

    test('asks for the part that is seen at full resolution, shows a minimap, and keeps the contrast that is set', async () => {
      const { page } = await open();
      await nextPicture().toMatchObject({ left: 0, top: 0, width: 640, height: 480, gamma: 1, fps: 30 });
      await focusPicture();
      for (let press = 0; press < 8; press++) await page.keyboard.press('+');
      // Steps of 1.25, and a margin of a tenth on either side: 0.252 after seven, 0.201 after eight.
      const share = () => {
        const { width, height } = opened.requested('preview').at(-1)!;
        return Math.min(width / 640, height / 480);
      };
      await expect.poll(share, SOON).toBeLessThan(0.22);
      await page.locator('canvas.minimap').waitFor();
      const part = opened.requested('preview').at(-1)!;
      await page.keyboard.press('Alt+ArrowRight');
      await expect.poll(() => opened.requested('preview').at(-1)!.left, SOON).toBeGreaterThan(part.left);
      const map = await restingBox(page.locator('canvas.minimap'));
      await page.mouse.click(map.x + 4, map.y + 4);
      await nextPicture().toMatchObject({ left: 0, top: 0 });
      await focusPicture();
      await page.keyboard.press('0');
      await button('Contrast').click();
      await page.getByLabel('Automatic black and white').uncheck();
      await page.getByLabel(/^Black/).fill('100');
      await page.getByLabel(/^White/).fill('140');
      await page.getByRole('slider', { name: 'Gamma' }).fill('-1');
      await nextPicture().toMatchObject({ black: 100, white: 140, gamma: 0.5 });
      const readout = page.locator('.live-camera .readout');
      await expect.poll(() => readout.innerText(), SOON).toBe('100–140 counts');
      await page.reload();
      await nextPicture().toMatchObject({ black: 100, white: 140, gamma: 0.5 });
      await expect.poll(() => readout.innerText(), SOON).toBe('100–140 counts');
      await button('Contrast').click();
      expect(await page.getByLabel('Automatic black and white').isChecked()).toBe(false);
      await button('Reset').click();
      await nextPicture().not.toHaveProperty('black');
    });

    test('two fingers zoom the picture and add no bead', async () => {
      const { page, requested, onPage } = await open();
      const { x, y } = await onPage(319.5, 239.5);
      const touch = await page.context().newCDPSession(page);
      const fingers = (type: 'touchStart' | 'touchMove', apart: number) =>
        touch.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: [
            { x: x - apart, y, id: 1 },
            { x: x + apart, y, id: 2 },
          ],
        });
      await fingers('touchStart', 30);
      for (const apart of [40, 60, 80, 90]) await fingers('touchMove', apart);
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      await button('Whole frame').waitFor();
      await page.mouse.move(0, 0);
      // Three times as far apart.
      await expect
        .poll(() => page.locator('.live-camera .readout').innerText(), SOON)
        .toMatch(/^(2\.9|3\.[01])×/);
      // What was between the fingers stays there.
      const offPx = () => {
        const { left, width, height } = opened.requested('preview').at(-1)!;
        const isWhole = Math.min(width / 640, height / 480) > 0.43;
        return isWhole ? Number.NaN : Math.abs(left + width / 2 - 320);
      };
      await expect.poll(offPx, SOON).toBeLessThan(4);
      expect(requested('add-bead')).toEqual([]);
    });

    test('a list of beads that was saved brings them back, as JSON and as CSV; what is wrong is told by line', async () => {
      const { page, tracker } = await open();
      await button('Bead list').click();
      const save = async (kind: string) => {
        const [download] = await Promise.all([
          page.waitForEvent('download') as Promise<Download>,
          button(`Save ${kind}`).click(),
        ]);
        return readFile((await download.path())!, 'utf8');
      };
      const saved = tracker.beads;
      const [json, csv] = [await save('JSON'), await save('CSV')];
      expect(csv.split('\n').slice(0, 2)).toEqual(['bead,xPx,yPx,size', '0,107,120,48']);
      const load = (name: string, text: string) =>
        page.locator('.drawer input[type=file]').setInputFiles({
          name,
          mimeType: 'text/plain',
          buffer: Buffer.from(text),
        });
      for (const [name, text] of [
        ['beads.json', json],
        ['beads.csv', csv],
      ] as const) {
        tracker.beads = [{ bead: 40, left: 0, top: 0, size: 48, zLut: null }];
        tracker.tell({ type: 'beads', beads: tracker.beads });
        await load(name, text);
        await button('Replace 1').click();
        await expect.poll(ids, SOON).toEqual([0, 1, 2, 3, 4, 5]);
        const places = ({ left, top, size }: (typeof saved)[number]) => [left, top, size];
        expect(tracker.beads.map(places)).toEqual(saved.map(places));
      }
      await load('beads.csv', csv);
      await button('Add').click();
      await expect.poll(ids, SOON).toHaveLength(12);
      await load('wrong.csv', 'bead,xPx,yPx,size\n1,90,90,48\n2,630,90,48\n3,x,90,48\n1,200,200,48\n');
      const alert = page.locator('.drawer').getByRole('alert');
      await expect.poll(() => alert.innerText(), SOON).toContain('line 3: bead 2 lies outside');
      expect(await alert.innerText()).toContain("line 4: expected a number for xPx, received 'x'");
      expect(await alert.innerText()).toContain('line 5: bead 1 is already on line 2');
      expect(ids()).toHaveLength(12);
    });

    test('a viewer looks, and is told why every tool that changes beads is off', async () => {
      const { page, tracker, onPage } = await open({ role: 'viewer' });
      await page.locator('.role-note').filter({ hasText: 'Viewers look, operators act' }).waitFor();
      const isOff = (name: string) => expect.poll(() => button(name).isDisabled(), SOON);
      await isOff('Remove').toBe(true);
      await button('Auto-detect').click();
      await isOff('Search').toBe(true);
      const { x, y } = await onPage(320, 20);
      await page.mouse.click(x, y);
      await expect.poll(() => page.getByRole('alert').innerText(), SOON).toContain('Viewers look');
      expect(tracker.requests.map(({ type }) => type).filter((type) => type.endsWith('bead'))).toEqual([]);
      await button('Contrast').click();
      await page.getByRole('slider', { name: 'Gamma' }).fill('1');
      await nextPicture().toMatchObject({ gamma: 2 });
    });
  },
);
