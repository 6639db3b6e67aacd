import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CalciumRedo } from '#protocol/calcium-redo.ts';
import { cellLabels, cellMapOf, parseCellMap } from '#protocol/cell-map.ts';
import { packLive } from '#protocol/live-wire.ts';
import { decodeNpy } from '#protocol/npy.ts';
import type { RecordingList } from '#protocol/recordings.ts';
import type { Role } from '#protocol/role.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { type DashboardPage, openDashboard, restingBox, SOON } from '../support/dashboard-page.ts';
import { FakeCalcium } from '../support/fake-calcium.ts';

const skipReason = browserSkipReason();
const FIELD = { width: 64, height: 48, cells: 12, radius: 4 };
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Of the trace, and of the one it is compared with. */
const [GREEN, RED] = [
  [0x40, 0xcc, 0x8b],
  [0xff, 0x4b, 0x4e],
] as const;

describe.skipIf(skipReason)(
  `the calcium view in a browser${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let browser: Browser;
    let folder: string;
    let opened: DashboardPage;
    let calcium: FakeCalcium;

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

    async function openView({ isOn = true, role = 'operator' as Role, page = 'Traces' } = {}) {
      calcium = new FakeCalcium(FIELD, isOn);
      opened = await openDashboard(browser, { page: folder, beads: 2, role, calcium, ...sizeOf(FIELD) });
      await opened.page.getByRole('tab', { name: 'Calcium' }).click();
      await opened.page.locator('.calcium').waitFor();
      if (page !== 'Traces') await choose(page);
      return opened;
    }

    const choose = (name: string) =>
      opened.page.locator('.calcium').getByRole('radio', { name, exact: true }).check({ force: true });
    const button = (name: string) =>
      opened.page.locator('.calcium').getByRole('button', { name, exact: true });
    const redo = () => opened.page.locator('.calcium-offline').getByRole('button', { name: 'Redo offline' });
    const isOff = (name: string) => expect.poll(() => button(name).isDisabled(), SOON);
    const title = () => opened.page.locator('.calcium-readings h3').innerText();
    const edited = () => opened.page.locator('.calcium-side').innerText();
    const watched = () => opened.requested('watch-cells').at(-1)?.cells;
    const applied = () => {
      const asked = opened.requested('set-cells').at(-1)!;
      return parseCellMap(FIELD.width, FIELD.height, new Uint8Array(asked.runs));
    };

    /** Pixels of about a color on the plot. */
    const painted = (color: readonly number[]) =>
      opened.page.$eval(
        '.calcium-plot canvas',
        (element, [red, green, blue]) => {
          const canvas = element as HTMLCanvasElement;
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            const far =
              Math.abs(data[at]! - red!) + Math.abs(data[at + 1]! - green!) + Math.abs(data[at + 2]! - blue!);
            if (far < 24 && data[at + 3]! > 200) count++;
          }
          return count;
        },
        color,
      );

    /** Takes all cells off the desk, and sees that they are. */
    async function clear() {
      await button('Clear').click();
      await expect.poll(edited, SOON).toMatch(/\b0 cells/);
    }

    /** Presses the pointer at one place of the picture, px of the frame, and lets go at another. */
    async function drag(from: readonly number[], to: readonly number[]) {
      const { page } = opened;
      const box = await restingBox(page.locator('.calcium-stage canvas'));
      const at = ([x, y]: readonly number[]) =>
        [
          box.x + ((x! + 0.5) * box.width) / FIELD.width,
          box.y + ((y! + 0.5) * box.height) / FIELD.height,
        ] as const;
      await page.mouse.move(...at(from));
      await page.mouse.down();
      await page.mouse.move(...at(to), { steps: 4 });
      await page.mouse.up();
    }

    test('measuring begins and ends by a button', async () => {
      const { page } = await openView({ isOn: false });
      await button('Measure cells').click();
      await button('Stop measuring').waitFor();
      await page.locator('.calcium').getByText('No cells yet').waitFor();
      await button('Stop measuring').click();
      await button('Measure cells').waitFor();
      expect(opened.requested('set-calcium').map(({ on }) => on)).toEqual([true, false]);
    });

    test('keys go from cell to cell, whose trace and events are drawn', async () => {
      const { page } = await openView();
      await expect.poll(title, SOON).toMatch(/Cell 1$/);
      await expect.poll(watched, SOON).toEqual([1]);
      await expect.poll(() => painted(GREEN), SOON).toBeGreaterThan(200);
      expect(await painted(RED)).toBe(0);
      await page.locator('.calcium-plot').focus();
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
      await expect.poll(title, SOON).toMatch(/Cell 2$/);
      await expect.poll(watched, SOON).toEqual([2]);
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowDown');
      await expect.poll(title, SOON).toMatch(/Cell 12$/);
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowUp');
      await expect.poll(title, SOON).toMatch(/Cell 1$/);
      await expect
        .poll(() => page.locator('.calcium-readings dl').innerText(), SOON)
        .toMatch(/baseline\s+801\.0 counts\s+noise\s+1\.10/);
      await expect.poll(() => page.locator('.calcium-events li').count(), SOON).toBeGreaterThan(0);
      await page.getByRole('tab', { name: 'Live Plots' }).click();
      await expect.poll(watched, SOON).toBeNull();
    });

    test('a second cell is compared in another color, or laid under the first', async () => {
      const { page } = await openView();
      await choose('Compare');
      await expect.poll(watched, SOON).toEqual([1, 2]);
      await page.getByLabel('Second cell').selectOption('5');
      await expect.poll(watched, SOON).toEqual([1, 5]);
      await expect.poll(() => painted(RED), SOON).toBeGreaterThan(200);
      await choose('Overlay');
      await expect.poll(() => painted(RED), SOON).toBe(0);
      await expect.poll(() => painted(GREEN), SOON).toBeGreaterThan(200);
    });

    test('the list is ordered by what its heads say, and a row shows its cell', async () => {
      const { page } = await openView();
      const first = () => page.locator('.calcium-list tbody tr[id]').first().getAttribute('id');
      await expect.poll(first, SOON).toBe('cell-1');
      await page.getByRole('button', { name: /^Noise/ }).click();
      await expect.poll(first, SOON).toBe('cell-12');
      await page.locator('#cell-11').click();
      await expect.poll(title, SOON).toMatch(/Cell 11$/);
    });

    test('sliders hold a span of time still until the newest is wanted again', async () => {
      const { page } = await openView();
      const sliders = page.locator('.calcium-sliders input');
      await expect
        .poll(async () => Number(await sliders.nth(1).getAttribute('max')), SOON)
        .toBeGreaterThan(0.5);
      await sliders.nth(1).focus();
      await page.keyboard.press('Home');
      const shown = () => page.locator('.calcium-sliders output').allInnerTexts();
      const spanS = async () => {
        const [from, to] = (await shown()).map((text) => Number.parseFloat(text.replace('−', '-')));
        return to! - from!;
      };
      // The least span there is, at the very beginning.
      await expect.poll(spanS, SOON).toBeLessThan(0.2);
      const held = await shown();
      const measured = () => page.locator('.calcium .readout b').first().innerText();
      const before = await measured();
      await expect.poll(measured, SOON).not.toBe(before);
      expect(await shown()).toEqual(held);
      await choose('30 s');
      await expect.poll(shown, SOON).not.toEqual(held);
    });

    test('cells are found, looked at, taken and applied', async () => {
      await openView({ isOn: true, page: 'Cells' });
      await clear();
      await button('Preview').click();
      await expect.poll(edited, SOON).toContain('12 cells above 812.5 counts');
      // What is shown is looked for again.
      await opened.page.getByLabel('Keep clear of bead ROIs').uncheck();
      await expect.poll(() => opened.requested('find-cells').length, SOON).toBe(2);
      expect(opened.requested('find-cells')).toMatchObject([
        { kind: 'std', method: 'sigma', value: 3, leastPixels: 20, clearOfBeads: true },
        { kind: 'std', method: 'sigma', value: 3, leastPixels: 20, clearOfBeads: false },
      ]);
      await button('Use these').click();
      await button('Delete').waitFor();
      await drag([8, 8], [8, 8]);
      await expect.poll(edited, SOON).toContain('cell 1 has');
      await opened.page.keyboard.press('Delete');
      await expect.poll(edited, SOON).toContain('Not applied yet');
      await button('Apply').click();
      await expect.poll(edited, SOON).toContain('saved as cells.npy');
      const labels = cellLabels(applied());
      expect(new Set(labels)).toEqual(new Set([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    });

    test('a cell is drawn, added to, erased from and undone, by pointer and by keys', async () => {
      const { page } = await openView({ page: 'Cells' });
      await clear();
      await page.getByLabel('Radius of the brush').fill('1');
      await choose('New cell');
      await drag([20, 20], [30, 20]);
      // Three rows of eleven px, and a px more at either end.
      await expect.poll(edited, SOON).toContain('cell 13 has 35 px');
      await choose('Erase');
      await drag([25, 20], [25, 20]);
      await expect.poll(edited, SOON).toContain('cell 13 has 30 px');
      await page.locator('.calcium-stage canvas').focus();
      await page.keyboard.press('Control+z');
      await expect.poll(edited, SOON).toContain('cell 13 has 35 px');
      await choose('New cell');
      await page.locator('.calcium-stage canvas').focus();
      for (let step = 0; step < 3; step++) await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Enter');
      await expect.poll(edited, SOON).toMatch(/2 cells; cell 14 has [45] px/);
      await button('Undo').click();
      await expect.poll(edited, SOON).toContain('1 cells');
      await button('Discard').click();
      await expect.poll(edited, SOON).toContain('12 cells');
      expect(opened.requested('set-cells')).toEqual([]);
    });

    test('cells are saved as a NumPy image and loaded from one', async () => {
      const { page } = await openView({ page: 'Cells' });
      const download = page.waitForEvent('download');
      await button('Save .npy').click();
      const file = await (await download).path();
      const saved = decodeNpy(readFileSync(file));
      expect(saved.shape).toEqual([FIELD.height, FIELD.width]);
      await clear();
      await page.locator('.calcium-file input').setInputFiles(file);
      await expect.poll(edited, SOON).toContain('12 cells');
      await clear();
      await page
        .locator('.calcium-file input')
        .setInputFiles({ name: 'wrong.npy', mimeType: '', buffer: Buffer.from('no file of NumPy') });
      await expect.poll(edited, SOON).toContain('expected a NumPy .npy file');
      await page.locator('.calcium-file input').setInputFiles(file);
      await button('Apply').waitFor();
      const truth = cellMapOf(Array.from(saved.data as Uint16Array), FIELD.width, FIELD.height);
      expect(calcium.state.map).toEqual(truth);
    });

    test('the ring of the neuropil is set, and somebody else sees it', async () => {
      const { page } = await openView({ page: 'Cells' });
      await page.getByLabel('Subtract the light around each cell').check();
      await page.getByLabel('Ring width').fill('60');
      await isOff('Set neuropil').toBe(true);
      await page.getByLabel('Ring width').fill('5');
      await page.getByLabel('Share').fill('0.5');
      await button('Set neuropil').click();
      await expect.poll(() => calcium.state.neuropil, SOON).toEqual({ width: 5, gap: 2, share: 0.5 });
      opened.tracker.tell({ type: 'calcium', calcium: { ...calcium.state, neuropil: null } });
      await expect.poll(() => page.getByLabel('Ring width').count(), SOON).toBe(0);
    });

    test('a viewer looks and does not act', async () => {
      await openView({ role: 'viewer', page: 'Cells' });
      await clear();
      for (const name of ['Apply', 'Begin anew', 'Stop measuring']) await isOff(name).toBe(true);
    });

    test('skipped frames are told in a tone that cannot be overlooked', async () => {
      const { page } = await openView();
      const skipped = page.locator('.calcium .readout span').nth(1);
      await expect.poll(() => skipped.innerText(), SOON).toBe('0 skipped');
      const tone = () => skipped.getAttribute('class');
      expect(await tone()).toBeNull();
      // More with every look: the tone is that of the last half second.
      const toneOfMore = () => {
        calcium.skipped += 7;
        return tone();
      };
      await expect.poll(toneOfMore, SOON).toBe('tone-lost');
      await expect.poll(tone, SOON).toBe('tone-warning');
      await expect.poll(() => skipped.innerText(), SOON).toBe(`${calcium.skipped} skipped`);
    });

    test('a recording is made again and shown beside what was live', async () => {
      const { page } = await openView({ page: 'Cells' });
      await page.route('**/recordings', (route) => route.fulfill({ json: RECORDINGS }));
      await page.route('**/recordings/night/calcium-redo?*', fulfillRedo);
      await choose('Redo offline');
      const offered = () => page.locator('.calcium-offline form select').innerText();
      await expect.poll(offered, SOON).toBe('night');
      await page.getByLabel('Smoothing').fill('0.5');
      await redo().click();
      const facts = () => page.locator('.calcium-readings').innerText();
      await expect.poll(facts, SOON).toMatch(/live 1 events\s+offline 2 events\s+correlation 0\.9876/);
      expect(await facts()).toContain('0.50 s at 20.0 fps');
      await expect.poll(() => painted(GREEN), SOON).toBeGreaterThan(100);
      await expect.poll(() => painted(RED), SOON).toBeGreaterThan(100);
      await page.locator('.calcium-plot').focus();
      await page.keyboard.press('ArrowDown');
      await expect.poll(() => page.getByLabel('Cell', { exact: true }).inputValue(), SOON).toBe('8');
    });

    test('no page of it breaks a rule of WCAG 2.2 AA, light or dark', async () => {
      const { page } = await openView();
      await page.locator('#cell-3').waitFor();
      // A list of them: one alone may be smaller.
      await expect.poll(() => page.locator('.calcium-events li').count(), SOON).toBeGreaterThan(3);
      await page.route('**/recordings', (route) => route.fulfill({ json: RECORDINGS }));
      await page.route('**/calcium-redo?*', fulfillRedo);
      const violations: string[] = [];
      for (const name of ['Traces', 'Cells', 'Redo offline'] as const) {
        await choose(name);
        if (name === 'Redo offline') await redo().click();
        await page.locator(PARTS[name]).waitFor();
        for (const colorScheme of ['dark', 'light'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          const axe = new AxeBuilder({ page }).include('.calcium').withTags(RULES);
          for (const { id, nodes } of (await axe.analyze()).violations) {
            for (const { target, failureSummary } of nodes) {
              violations.push(`${name}, ${colorScheme}: ${id} ${target.join(' ')}: ${failureSummary}`);
            }
          }
        }
      }
      expect(violations).toEqual([]);
    });
  },
);

/** What shows that a page is there. */
const PARTS = {
  Traces: '#cell-3',
  Cells: '.calcium-stage canvas',
  'Redo offline': '.calcium-readings',
} as const;

const sizeOf = ({ width, height }: { width: number; height: number }) => ({ width, height });

const RECORDINGS: RecordingList = {
  folder: '/measurements',
  mayDelete: false,
  recordings: [
    {
      ...{ name: 'dark', state: 'ended', why: null, startedAt: null, durationS: 60, frames: null },
      ...{ rows: 9, beads: 1, cells: 0, bytes: 100, pipeline: null, zLuts: [], notes: null },
    },
    {
      ...{ name: 'night', state: 'ended', why: null, startedAt: null, durationS: 60, frames: null },
      ...{ rows: 0, beads: 0, cells: 2, bytes: 100, pipeline: null, zLuts: [], notes: null },
    },
  ],
};

function fulfillRedo(route: Route): Promise<void> {
  const query = new URL(route.request().url()).searchParams;
  return route.fulfill({ body: Buffer.from(packLive(redoOf(query))) });
}

/** Cells 3 and 8 for ten seconds at 20 fps; offline an event more. */
function redoOf(query: URLSearchParams): CalciumRedo {
  const cells = query.get('cells')!.split(',').filter(Boolean).map(Number);
  const timeS = Float64Array.from({ length: 200 }, (_, frame) => frame / 20);
  const wave = (phase: number) => Float32Array.from(timeS, (atS) => Math.sin(atS + phase));
  return {
    ...{
      fps: 20,
      smoothS: Number(query.get('smooth')),
      cells: [3, 8],
      measured: 200,
      skipped: 0,
      lost: 0,
      timeS,
    },
    traces: cells.map((cell) => ({
      cell,
      live: { dff: wave(0), events: Uint32Array.of(40) },
      offline: { dff: wave(0.6), events: Uint32Array.of(38, 120) },
      correlation: 0.98761,
    })),
  };
}
