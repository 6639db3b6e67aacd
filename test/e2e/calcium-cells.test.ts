import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cellLabels, cellMapOf, parseCellMap } from '#protocol/cell-map.ts';
import { decodeNpy } from '#protocol/npy.ts';
import { describeCalciumView, FIELD } from '../support/calcium-page.ts';
import { restingBox, SOON } from '../support/dashboard-page.ts';

describeCalciumView('the calcium cells in a browser', ({ openView, opened, choose, button }) => {
  const isOff = (name: string) => expect.poll(() => button(name).isDisabled(), SOON);
  const edited = () => opened().page.locator('.calcium-side').innerText();
  const applied = () => {
    const asked = opened().requested('set-cells').at(-1)!;
    return parseCellMap(FIELD.width, FIELD.height, new Uint8Array(asked.runs));
  };

  /** Takes all cells off the desk, and sees that they are. */
  async function clear() {
    await button('Clear').click();
    await expect.poll(edited, SOON).toMatch(/\b0 cells/);
  }

  /** Presses the pointer at one place of the picture, px of the frame, and lets go at another. */
  async function drag(from: readonly number[], to: readonly number[]) {
    const { page } = opened();
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

  test('cells are found, looked at, taken and applied', async () => {
    const { page, requested } = await openView({ isOn: true, page: 'Cells' });
    await clear();
    await button('Preview').click();
    await expect.poll(edited, SOON).toContain('12 cells above 812.5 counts');
    // What is shown is looked for again.
    await page.getByLabel('Keep clear of bead ROIs').uncheck();
    await expect.poll(() => requested('find-cells').length, SOON).toBe(2);
    expect(requested('find-cells')).toMatchObject([
      { kind: 'std', method: 'sigma', value: 3, leastPixels: 20, clearOfBeads: true },
      { kind: 'std', method: 'sigma', value: 3, leastPixels: 20, clearOfBeads: false },
    ]);
    await button('Use these').click();
    await button('Delete').waitFor();
    await drag([8, 8], [8, 8]);
    await expect.poll(edited, SOON).toContain('cell 1 has');
    await page.keyboard.press('Delete');
    await expect.poll(edited, SOON).toContain('Not applied yet');
    await button('Apply').click();
    await expect.poll(edited, SOON).toContain('saved as cells.npy');
    const labels = cellLabels(applied());
    expect(new Set(labels)).toEqual(new Set([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
  });

  test('a cell is drawn, added to, erased from and undone, by pointer and by keys', async () => {
    const { page, requested } = await openView({ page: 'Cells' });
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
    expect(requested('set-cells')).toEqual([]);
  });

  test('cells are saved as a NumPy image and loaded from one', async () => {
    const { page, calcium } = await openView({ page: 'Cells' });
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
    const { page, tracker, calcium } = await openView({ page: 'Cells' });
    await page.getByLabel('Subtract the light around each cell').check();
    await page.getByLabel('Ring width').fill('60');
    await isOff('Set neuropil').toBe(true);
    await page.getByLabel('Ring width').fill('5');
    await page.getByLabel('Share').fill('0.5');
    await button('Set neuropil').click();
    await expect.poll(() => calcium.state.neuropil, SOON).toEqual({ width: 5, gap: 2, share: 0.5 });
    tracker.tell({ type: 'calcium', calcium: { ...calcium.state, neuropil: null } });
    await expect.poll(() => page.getByLabel('Ring width').count(), SOON).toBe(0);
  });

  test('a viewer looks and does not act', async () => {
    await openView({ role: 'viewer', page: 'Cells' });
    await clear();
    for (const name of ['Apply', 'Begin anew', 'Stop measuring']) await isOff(name).toBe(true);
  });
});
