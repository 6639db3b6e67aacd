import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { describeDashboard } from '../support/bead-dashboard.ts';
import { restingBox, SOON } from '../support/dashboard-page.ts';

describeDashboard('the traces of the dashboard in a browser', ({ open, row, cells, saturatedPixels }) => {
  /** The list changes ten times a second. */
  const listChanges = async () => {
    const before = await cells(0);
    await expect.poll(() => cells(0), SOON).not.toEqual(before);
  };

  test('draws x, y and z of the selected bead and names their units', async () => {
    const { page, errors } = await open(3);
    for (const name of ['x', 'y', 'z']) {
      await expect.poll(() => saturatedPixels(`.trace-${name} canvas`), SOON).toBeGreaterThan(200);
      await page.getByRole('img', { name: `${name} of bead 0 in nm against time in s` }).waitFor();
    }
    expect(errors).toEqual([]);
  });

  test('shows what a bead did before it was selected, as far back as is asked for', async () => {
    const { page, tracker, requested, errors } = await open(3);
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
    expect(errors).toEqual([]);
  });

  test('keeps x and y in px where the camera has no pixel size', async () => {
    const { page } = await open(2, { pixelSizeNm: Number.NaN });
    await page.getByRole('img', { name: 'y of bead 0 in px against time in s' }).waitFor();
    await page.getByRole('img', { name: 'z of bead 0 in nm against time in s' }).waitFor();
    await page
      .getByText('No magnitude: the pixel size of the camera is not known.')
      .waitFor({ state: 'attached' });
    expect(await page.getByRole('checkbox', { name: 'magnitude', includeHidden: true }).count()).toBe(0);
  });

  test('holds its trace while paused and goes on afterwards', async () => {
    const { page } = await open(2);
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
    const { page, tracker, requested, errors } = await open(3, { fits: true });
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
    expect(errors).toEqual([]);
  });

  test('zooms where a person drags, or with keys, holds meanwhile, and shows all again', async () => {
    const { page, errors } = await open(2);
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
    expect(errors).toEqual([]);
  });

  test('keeps the limits of an axis that a person sets, and leaves out a plot', async () => {
    const { page, errors } = await open(2);
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
    expect(errors).toEqual([]);
  });

  test('draws the magnitude when it is chosen, and remembers what was chosen', async () => {
    const { page, errors } = await open(2);
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
    expect(errors).toEqual([]);
  });

  test('draws the band of a plan that fits, and says that a fit is poor', async () => {
    const { page, tracker, errors } = await open(3, { fits: true });
    tracker.statusOf.set(1, TRACK_STATUS['poor-fit']);
    await expect.poll(async () => (await cells(1))[5], SOON).toBe('poor fit');
    await page.getByText('value ± σ of the fit').waitFor();
    await expect.poll(() => page.locator('.trace-x .trace-reading').innerText(), SOON).toContain('± 17.0');
    await expect.poll(() => saturatedPixels('.trace-chi canvas'), SOON).toBeGreaterThan(100);
    expect(errors).toEqual([]);
  });

  test('analyzes the time shown, and asks for profiles only meanwhile', async () => {
    const { page, requested, errors } = await open(3);
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
    expect(errors).toEqual([]);
  });
});
