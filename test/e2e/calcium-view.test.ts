import { AxeBuilder } from '@axe-core/playwright';
import type { Route } from 'playwright-core';
import { expect, test } from 'vitest';
import type { CalciumRedo } from '#protocol/calcium-redo.ts';
import { packLive } from '#protocol/live-wire.ts';
import type { RecordingList } from '#protocol/recordings.ts';
import { describeCalciumView, GREEN, RED } from '../support/calcium-page.ts';
import { SOON } from '../support/dashboard-page.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

describeCalciumView('the calcium view in a browser', ({ openView, opened, choose, button, painted }) => {
  const redo = () => opened().page.locator('.calcium-offline').getByRole('button', { name: 'Redo offline' });

  test('measuring begins and ends by a button', async () => {
    const { page, requested } = await openView({ isOn: false });
    await button('Measure cells').click();
    await button('Stop measuring').waitFor();
    await page.locator('.calcium').getByText('No cells yet').waitFor();
    await button('Stop measuring').click();
    await button('Measure cells').waitFor();
    expect(requested('set-calcium').map(({ on }) => on)).toEqual([true, false]);
  });

  test('skipped frames are told in a tone that cannot be overlooked', async () => {
    const { page, calcium } = await openView();
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
});

/** What shows that a page is there. */
const PARTS = {
  Traces: '#cell-3',
  Cells: '.calcium-stage canvas',
  'Redo offline': '.calcium-readings',
} as const;

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
