import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CalibrationStatus, FocusStatus } from '#protocol/sweep.ts';
import type { ZLutFacts, ZLutList } from '#protocol/z-lut-list.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { openDashboard, SOON } from '../support/dashboard-page.ts';
import type { FakeTrackerOptions } from '../support/fake-tracker.ts';

const skipReason = browserSkipReason();

const FOCUS: FocusStatus = {
  ...{ name: 'piezo', fromNm: -500, toNm: 9000, zNm: 120, settled: true, targetNm: null, error: null },
};
const NOTHING: CalibrationStatus = {
  ...{ focus: FOCUS, sweep: null, suggesting: false, suggestion: null, interrupted: [], stale: [] },
};
const FACTS: ZLutFacts = {
  ...{ name: 'blue.zlut', planes: 41, fromNm: 0, toNm: 2000, radii: 32, roiSize: 64 },
  ...{ method: 'radial-profile', model: true, quality: null, madeAt: null },
};
const WHY = 'expected 20 radii for its ROI of 40 px, received 32 radii; use ROIs of 64 px';
const LIST: ZLutList = {
  folder: '/runs/z-luts',
  leftOut: 3,
  stackFolder: '/runs/stacks',
  stacks: [
    { stack: 'stacks/cal.tif', isSweep: false },
    { stack: 'sweeps/2026-01-05', isSweep: true },
  ],
  stacksLeftOut: 0,
  zLuts: [
    {
      ...{ zLut: 'z-luts/blue.zlut', bytes: 9000, changedMs: 0, facts: FACTS, error: null },
      misfits: [{ roiSize: 40, why: WHY }],
    },
  ],
  inUse: [
    { bead: 0, roiSize: 64, zLut: 'in-use/0', facts: FACTS, isFirst: true },
    { bead: 1, roiSize: 40, zLut: 'in-use/1', facts: null, isFirst: true },
  ],
};

describe.skipIf(skipReason)(`the Z-LUT view${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let dist: string;
  let browser: Browser;
  beforeAll(async () => {
    dist = await builtDashboard();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function open(calibration: CalibrationStatus, options: Partial<FakeTrackerOptions> = {}) {
    const dashboard = await openDashboard(browser, { page: dist, beads: 2, ...options });
    onTestFinished(() => dashboard.close());
    const { page, tracker } = dashboard;
    await page.route('**/z-luts', (route) => route.fulfill({ json: LIST }));
    await page.getByRole('tab', { name: 'Z-LUT' }).click();
    const tell = (now: CalibrationStatus) => tracker.tell({ type: 'calibration', calibration: now });
    tell(calibration);
    await page.getByRole('row', { name: /^0 blue.zlut/ }).waitFor();
    return { ...dashboard, tell, button: (name: string | RegExp) => page.getByRole('button', { name }) };
  }

  test('a stale Z-LUT is told with its numbers, and one click sweeps its bead again', async () => {
    const stale = [{ bead: 0, measure: 'score', now: 0.91, usual: 0.987, sd: 0.0021 }] as const;
    const { page, button, requested, errors } = await open({ ...NOTHING, stale: [...stale] });
    await page.getByText('its match score fell from 0.987 (sd 0.0021) to 0.910.').waitFor();
    await button('Calibrate bead 0 again').click();
    await expect.poll(() => requested('sweep-start'), SOON).toHaveLength(1);
    expect(requested('sweep-start')[0]!.settings).toMatchObject({
      ...{ fromNm: 0, toNm: 2000, stepNm: 50, beads: [0], assign: false },
    });
    expect(errors).toEqual([]);
  });

  test('a file that does not fit the ROI of a bead is said and not assigned; for another it is', async () => {
    const { page, button, requested } = await open(NOTHING);
    await page.getByText(`Does not fit ROIs of 40 px: ${WHY}`).waitFor();
    await page.getByText('3 older files are not listed.').waitFor();
    await expect.poll(() => button('Assign').isDisabled(), SOON).toBe(true);
    await page.getByLabel('for beads').fill('0');
    await expect.poll(() => page.getByText('Does not fit').count(), SOON).toBe(0);
    await button('Assign').click();
    await expect
      .poll(() => requested('z-lut-assign'), SOON)
      .toMatchObject([{ zLut: 'z-luts/blue.zlut', beads: [0] }]);
    await page.getByLabel('for beads').fill('7');
    await page.getByText('there is no bead 7').waitFor();
  });

  test('a suggestion comes with its reason and fills the form; a discard asks first', async () => {
    const { page, button, requested, tell } = await open({ ...NOTHING, interrupted: ['old'] });
    await button('Suggest range and step').click();
    await expect.poll(() => requested('sweep-suggest'), SOON).toHaveLength(1);
    const suggestion = { fromNm: -400, toNm: 1600, stepNm: 40, why: 'rings change over 2 um' };
    tell({ ...NOTHING, interrupted: ['old'], suggestion });
    await page.getByText('rings change over 2 um').waitFor();
    await button('Use it').click();
    await page.getByText(/^102 planes, about/).waitFor();
    await button('Discard old').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
    expect(requested('sweep-discard')).toEqual([]);
    await button('Discard old').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Discard it' }).click();
    await expect.poll(() => requested('sweep-discard'), SOON).toMatchObject([{ sweep: 'old' }]);
  });

  test('a recorded stack is built as the form says, watched, stopped, and its check is read', async () => {
    const { page, button, requested, tell, errors } = await open({ ...NOTHING, focus: null });
    const setup = page.getByRole('form', { name: 'New build' });
    await setup.getByLabel('First plane').fill('');
    await setup.getByText('expected where the first plane is').waitFor();
    const cannotBuild = () => expect.poll(() => button(/^Build$/).isDisabled(), SOON).toBe(true);
    await cannotBuild();
    await setup.getByLabel('First plane').fill('-500');
    await setup.getByLabel('Frames of each plane').fill('3');
    await setup.getByLabel('There and back').check();
    await setup.getByLabel('ROI size').fill('64');
    await button(/^Build$/).click();
    await expect
      .poll(() => requested('z-lut-build'), SOON)
      .toMatchObject([
        {
          ...{ stack: 'stacks/cal.tif', zStartNm: -500, zStepNm: 50, framesPerPlane: 3 },
          ...{ bothWays: true, rois: 'isolated', roiSize: 64 },
        },
      ]);
    const planes = { name: 'planes.csv', mimeType: 'text/csv', buffer: Buffer.from('zNm\n0\n50\n') };
    await setup.getByLabel('Planes by a list').setInputFiles(planes);
    await setup.getByText('planes.csv').waitFor();
    const firstPlanes = () => setup.getByLabel('First plane').count();
    await expect.poll(firstPlanes, SOON).toBe(0);
    await setup.getByLabel('Pixel size').fill('108.3');
    await button(/^Build$/).click();
    await expect.poll(() => requested('z-lut-build'), SOON).toHaveLength(2);
    const listed = { planesCsv: 'zNm\n0\n50\n', pixelSizeNm: 108.3, framesPerPlane: 1, bothWays: false };
    expect(requested('z-lut-build')[1]).toMatchObject(listed);
    expect(requested('z-lut-build')[1]).not.toHaveProperty('zStepNm');
    await button('Without the list').click();
    await setup.getByLabel('First plane').waitFor();
    const build = { stack: 'stacks/cal.tif', message: '20 of 60 frames', zLuts: [] };
    tell({ ...NOTHING, stackBuild: { ...build, phase: 'building' } });
    await page.getByText('Building from stacks/cal.tif: 20 of 60 frames').waitFor();
    await cannotBuild();
    await button('Stop the build').click();
    await expect.poll(() => requested('z-lut-build-stop'), SOON).toHaveLength(1);
    const quality = { score: 91, verdict: 'good', sentence: 'good: all planes differ' } as const;
    const zLuts = [{ zLut: 'z-luts/cal-bead-0.zlut', quality }];
    tell({ ...NOTHING, stackBuild: { ...build, phase: 'built', message: null, zLuts } });
    await page.getByText('Score 91: good: all planes differ').waitFor();
    await setup.getByLabel('Stack').selectOption('sweeps/2026-01-05');
    await expect.poll(firstPlanes, SOON).toBe(0);
    await button(/^Build$/).click();
    await expect.poll(() => requested('z-lut-build'), SOON).toHaveLength(3);
    expect(requested('z-lut-build')[2]).not.toHaveProperty('zStepNm');
    expect(errors).toEqual([]);
  });

  test('without a focus stage the remedy is said, and a viewer is offered nothing but the stop', async () => {
    const { page, button, tell } = await open({ ...NOTHING, focus: null }, { role: 'viewer' });
    await page.getByText('There is no focus stage').waitFor();
    await page.getByText('[focusStage] kind = "tcp"').waitFor();
    expect(await button('Stop the focus').count()).toBe(0);
    tell({ ...NOTHING, focus: { ...FOCUS, targetNm: 300, settled: false } });
    await page.getByText('on its way to 300 nm').waitFor();
    await expect.poll(() => button('Stop the focus').isEnabled(), SOON).toBe(true);
    for (const name of [
      /^Build$/,
      'Start the sweep',
      'Suggest range and step',
      'Move',
      /^Remove the Z-LUT/,
    ]) {
      await expect.poll(() => button(name).first().isDisabled(), { ...SOON, message: `${name}` }).toBe(true);
    }
  });
});
