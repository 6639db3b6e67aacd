import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { MotorPositions } from '#protocol/motor.ts';
import { type MotorTraceMessage, pointsOf } from '#protocol/motor-trace.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { openDashboard, SOON } from '../support/dashboard-page.ts';

const skipReason = browserSkipReason();

/** Points 40 ms apart. */
function told(isWhole: boolean, fromS: number, places: readonly MotorPositions[]): MotorTraceMessage {
  const columns = pointsOf((name) =>
    Float64Array.from(places, (place, at) =>
      name === 'timeS' ? fromS + 0.04 * at : (place[name] ?? Number.NaN),
    ),
  );
  return { type: 'motor-trace', isWhole, ...columns };
}

describe.skipIf(skipReason)(`motors in Live Plots${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let dist: string;
  let browser: Browser;
  beforeAll(async () => {
    dist = await builtDashboard();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('magnets are drawn against the same time as beads once it is known where they are, the focus on request', async () => {
    const dashboard = await openDashboard(browser, { page: dist, beads: 2 });
    onTestFinished(() => dashboard.close());
    const { page, tracker, errors } = dashboard;
    await page.getByRole('tab', { name: 'Live Plots' }).click();
    await page.locator('#bead-0').click();
    await page.locator('.trace-score canvas').waitFor();
    const strips = page.locator('.trace-motor');
    await page.getByText('Plot Settings').click();
    const chosen = (name: string) => page.getByRole('checkbox', { name });
    expect([await strips.count(), await chosen('magnet').count()]).toEqual([0, 0]);

    const ramp = Array.from({ length: 200 }, (_, at) => ({ magnetMm: 3 + at / 100, focusZNm: 250 }));
    tracker.tell(told(true, 0, ramp));
    await strips.first().waitFor();
    expect(await strips.count()).toBe(1);
    expect(await strips.getByRole('img').getAttribute('aria-label')).toBe('magnet in mm against time in s');
    // At the right end, which is later than the last point: where it was last.
    await expect
      .poll(() => strips.locator('.trace-reading').innerText(), SOON)
      .toMatch(/magnet\s*4\.990\s*mm/);
    expect(await chosen('magnet').isChecked()).toBe(true);
    expect(await chosen('focus').isChecked()).toBe(false);
    await chosen('focus').check();
    await expect.poll(() => strips.count(), SOON).toBe(2);
    await expect.poll(() => strips.last().innerText(), SOON).toMatch(/focus\s*250\s*nm/);
    await chosen('magnet').uncheck();
    await expect.poll(() => strips.count(), SOON).toBe(1);
    tracker.tell(told(false, 8, [{ magnetMm: 5, magnetTurns: -12.5, focusZNm: 400 }]));
    await expect.poll(() => strips.first().innerText(), SOON).toMatch(/rotation\s*−12\.50\s*turns/);
    await expect.poll(() => strips.last().innerText(), SOON).toMatch(/focus\s*400\s*nm/);
    // Nothing is drawn while it is known of none.
    tracker.tell(told(true, 0, []));
    await expect.poll(() => strips.count(), SOON).toBe(0);
    expect(errors).toEqual([]);
  });
});
