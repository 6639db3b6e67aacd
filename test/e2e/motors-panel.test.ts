import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { MotorStatus } from '#protocol/motor.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { openDashboard, SOON } from '../support/dashboard-page.ts';
import type { FakeTrackerOptions } from '../support/fake-tracker.ts';

const skipReason = browserSkipReason();

const TRANSLATION: MotorStatus = {
  ...{ motor: 'magnet-translation', name: 'simulated', from: 0, to: 8 },
  ...{ at: 3, settled: true, target: null, error: null },
};
const ROTATION: MotorStatus = { ...TRANSLATION, motor: 'magnet-rotation', from: -60, to: 60, at: -2.5 };

describe.skipIf(skipReason)(`motors in the Run view${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  let dist: string;
  let browser: Browser;
  beforeAll(async () => {
    dist = await builtDashboard();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function open(options: Partial<FakeTrackerOptions> = {}) {
    const dashboard = await openDashboard(browser, { page: dist, beads: 2, ...options });
    onTestFinished(() => dashboard.close());
    const { page, tracker } = dashboard;
    const tell = (...motors: MotorStatus[]) => tracker.tell({ type: 'motors', motors });
    await page.getByRole('tab', { name: 'Run' }).click();
    tell(TRANSLATION, ROTATION);
    const part = (name: string) => page.getByRole('group', { name });
    await part('Magnet translation').waitFor();
    return { ...dashboard, tell, part };
  }

  test('a motor is moved to a typed place or by steps within its limits, and stopped', async () => {
    const { part, requested, tell, errors } = await open();
    const magnet = part('Magnet translation');
    await magnet.getByText('3.000 mm').waitFor();
    const field = magnet.getByLabel('move to');
    await field.fill('9');
    await field.press('Enter');
    await magnet.getByText('Magnet translation: expected 0 to 8 mm, received 9').waitFor();
    expect(requested('motor-move')).toEqual([]);
    await field.fill('5.5');
    await field.press('ArrowUp');
    await field.press('PageDown');
    await expect.poll(() => field.inputValue(), SOON).toBe('4.6');
    await magnet.getByRole('button', { name: 'Move' }).click();
    await expect
      .poll(() => requested('motor-move'), SOON)
      .toMatchObject([{ motor: 'magnet-translation', to: 4.6 }]);
    tell({ ...TRANSLATION, at: 3.2, settled: false, target: 4.6 }, ROTATION);
    await magnet.getByText('on its way to 4.600 mm').waitFor();
    await magnet.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => requested('motor-stop'), SOON).toMatchObject([{ motor: 'magnet-translation' }]);
    await part('Magnet rotation').getByRole('button', { name: 'down by 10 turns' }).click();
    await expect
      .poll(() => requested('motor-move').at(-1), SOON)
      .toMatchObject({ motor: 'magnet-rotation', to: -12.5 });
    await part('Magnet rotation').getByLabel('move to').press('Escape');
    await expect.poll(() => requested('motor-stop').at(-1), SOON).toMatchObject({ motor: 'magnet-rotation' });
    expect(errors).toEqual([]);
  });

  test('while another has control a motor is stopped by every operator and moved by none', async () => {
    const { part, tracker, requested } = await open();
    const magnet = part('Magnet translation');
    tracker.tell({
      ...{ type: 'people', you: { name: 'B', role: 'operator' }, holder: { name: 'A', isYou: false } },
      ...{ viewers: 2, operators: 2 },
    });
    await expect.poll(() => magnet.getByRole('button', { name: 'Move' }).isDisabled(), SOON).toBe(true);
    await expect.poll(() => magnet.getByRole('button', { name: 'up by 1 mm' }).isDisabled(), SOON).toBe(true);
    await magnet.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => requested('motor-stop'), SOON).toHaveLength(1);
  });

  test('a viewer looks', async () => {
    const { part } = await open({ role: 'viewer' });
    const magnet = part('Magnet translation');
    for (const name of ['Move', 'Stop']) {
      await expect.poll(() => magnet.getByRole('button', { name }).isDisabled(), SOON).toBe(true);
    }
  });
});
