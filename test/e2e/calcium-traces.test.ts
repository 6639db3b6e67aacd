import { expect, test } from 'vitest';
import { describeCalciumView, GREEN, RED } from '../support/calcium-page.ts';
import { SOON } from '../support/dashboard-page.ts';

describeCalciumView('the calcium traces in a browser', ({ openView, opened, choose, painted }) => {
  const title = () => opened().page.locator('.calcium-readings h3').innerText();
  const watched = () => opened().requested('watch-cells').at(-1)?.cells;

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
});
