import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, onTestFinished, test } from 'vitest';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { startCommand } from '../support/cli.ts';

const skipReason = browserSkipReason();
const SOON = { timeout: 60_000, interval: 50 };
const SHOWN = process.env.TWEEZERTRACK_PICTURES;

test.skipIf(skipReason)(
  `the pipeline in a browser: changed, said to be wrong, tried and applied${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  async () => {
    await builtDashboard();
    const demo = startCommand([
      ...['demo', '--beads', '3', '--fps', '30', '--port', '0', '--no-record', '--engine', 'wasm'],
      ...['--width', '320', '--height', '240'],
    ]);
    onTestFinished(() => void demo.process.kill('SIGKILL'));
    const [, url] = await demo.says(/dashboard: (\S+)/);
    const browser = await launchBrowser();
    try {
      const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      const picture = async (name: string) => {
        if (SHOWN) await page.screenshot({ path: join(SHOWN, `pipeline-${name}.png`) });
      };
      await page.goto(url!);
      await page.getByRole('tab', { name: 'Pipeline' }).click();
      const steps = page.locator('.pipeline .steps > li');
      const titles = async () => (await steps.locator('h3').allInnerTexts()).map((text) => text.slice(3));
      const said = page.locator('.pipeline > header [role=status]');
      await expect.poll(() => steps.count(), SOON).toBe(5);
      await expect.poll(() => said.innerText(), SOON).toBe('the plan that runs');

      const iterations = page.getByLabel('Iterations');
      await iterations.fill('40');
      await page.getByText('<=20').waitFor();
      await expect.poll(() => iterations.getAttribute('aria-invalid'), SOON).toBe('true');
      const apply = page.getByRole('button', { name: 'Apply' });
      await expect.poll(() => apply.isDisabled(), SOON).toBe(true);
      await iterations.fill('2');
      await page.getByText('runs with 5').waitFor();

      await page.getByRole('button', { name: 'Move Radial profile up' }).focus();
      await page.keyboard.press('Enter');
      await expect
        .poll(async () => (await titles()).slice(2, 4), SOON)
        .toEqual(['Radial profile', 'Multi-line sub-pixel auto-convolution']);
      await page.getByRole('button', { name: 'Remove Center of mass' }).click();
      await page.getByRole('alert').getByText("'center' written by an earlier stage").waitFor();
      await picture('wrong');
      await page.getByRole('button', { name: 'Back to what runs' }).click();
      await expect.poll(() => steps.count(), SOON).toBe(5);
      await page.getByLabel('Add a stage').selectOption({ label: 'Quadrant interpolation' });
      await expect.poll(async () => (await titles())[3], SOON).toBe('Quadrant interpolation');

      await page.getByLabel('Preset').selectOption('quadrant');
      await page.getByText('The Z-LUTs of beads 0, 1, 2 do not fit this plan').waitFor();
      await expect.poll(() => apply.isDisabled(), SOON).toBe(true);
      await page.getByRole('button', { name: 'Try on the last second' }).click();
      const trial = page.getByRole('region', { name: 'Present and proposed on the same' });
      await trial.waitFor();
      await expect.poll(() => trial.getByRole('row').count(), SOON).toBe(4);
      await expect
        .poll(() => trial.getByRole('row').nth(1).innerText(), SOON)
        .toMatch(/^0\s+100\s+100 to 0\s/);
      await trial.scrollIntoViewIfNeeded();
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await new AxeBuilder({ page }).include('.pipeline').analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`)).toEqual([]);
      }
      await picture('trial');

      const status = page.locator('.bead-list tbody tr').first();
      await page.getByLabel('Go on without their z').check();
      await apply.click();
      await expect.poll(() => said.innerText(), SOON).toBe('the plan that runs');
      await expect
        .poll(titles, SOON)
        .toEqual(['Center of mass', 'Quadrant interpolation', 'Radial profile', 'Z-LUT lookup']);
      await expect.poll(() => status.innerText(), SOON).toContain('–');
      await page.getByText(/another pipeline from frame \d+ on/).waitFor();
      await page.getByLabel('Preset').selectOption('magtrack');
      await expect.poll(() => apply.isDisabled(), SOON).toBe(false);
      await apply.click();
      await expect.poll(() => status.innerText(), SOON).not.toContain('–');
      await picture('back');
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      demo.process.kill('SIGINT');
    }
    expect((await demo.done).code).toBe(0);
  },
);
