import { expect, test } from 'vitest';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { describeDashboard } from '../support/bead-dashboard.ts';
import { SOON } from '../support/dashboard-page.ts';

describeDashboard('the beads of the dashboard in a browser', ({ open, opened, row, cells }) => {
  async function pressAt(xPx: number, yPx: number, button: 'left' | 'right' = 'left'): Promise<void> {
    const { x, y } = await opened().onPage(xPx, yPx);
    await opened().page.mouse.click(x, y, { button });
  }

  test('shows every bead with its position, height, score and status', async () => {
    const { tracker, errors } = await open(3);
    await expect.poll(async () => (await cells(2))[5], SOON).toBe('ok');
    const [bead, xPx, yPx, zNm, score] = await cells(2);
    const { left, top, size } = tracker.beads[2]!;
    expect(bead).toBe('2');
    // The fake beads tremble by 0.3 px and 20 nm about their middles, the list rounds to 0.01 px.
    expect(Math.abs(Number(xPx) - left - size / 2)).toBeLessThan(0.31);
    expect(Math.abs(Number(yPx) - top - size / 2)).toBeLessThan(0.31);
    expect(Number(zNm)).toBeGreaterThan(1000);
    expect(Number(score)).toBeGreaterThan(0.9);
    expect(errors).toEqual([]);
  });

  test('a click on empty field adds a bead there', async () => {
    const { requested, errors } = await open(3);
    await pressAt(400, 333);
    await expect.poll(() => requested('add-bead'), SOON).toHaveLength(1);
    const { xPx, yPx } = requested('add-bead')[0]!;
    // The browser may round the pointer to whole CSS px, which are about 1 px of the frame here.
    expect(Math.hypot(xPx - 400, yPx - 333)).toBeLessThan(1);
    await expect.poll(() => row(3).count(), SOON).toBe(1);
    expect(errors).toEqual([]);
  });

  test('a click on a bead selects it, in the picture and in the list', async () => {
    const { tracker, requested } = await open(3);
    const { left, top, size } = tracker.beads[1]!;
    await pressAt(left + size / 2, top + size / 2);
    await expect.poll(() => row(1).getAttribute('aria-selected'), SOON).toBe('true');
    await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([1]);
    await row(2).click();
    await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([2]);
    expect(requested('add-bead')).toEqual([]);
  });

  test('a bead that is dragged moves as far as the pointer did', async () => {
    const { page, tracker, requested, onPage, errors } = await open(3);
    const { left, top, size } = tracker.beads[1]!;
    const from = await onPage(left + 30, top + 10);
    const to = await onPage(left + 30 - 75, top + 10 + 40);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
    await page.mouse.move(to.x, to.y);
    expect(requested('move-bead')).toEqual([]);
    await page.mouse.up();
    await expect.poll(() => requested('move-bead'), SOON).toHaveLength(1);
    expect(requested('move-bead')[0]).toMatchObject({ bead: 1 });
    const moved = tracker.beads[1]!;
    expect([moved.left, moved.top, moved.size]).toEqual([left - 75, top + 40, size]);
    const distance = async () => Math.abs(Number((await cells(1))[1]) - (left - 75 + size / 2));
    // The fake bead trembles by 0.3 px.
    await expect.poll(distance, SOON).toBeLessThan(0.31);
    expect(errors).toEqual([]);
  });

  test('Escape ends a drag and leaves the bead where it was', async () => {
    const { page, tracker, requested, onPage } = await open(2);
    const { left, top } = tracker.beads[1]!;
    const from = await onPage(left + 10, top + 10);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 40, from.y + 40);
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await row(1).click();
    await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([1]);
    expect(requested('move-bead')).toEqual([]);
  });

  test('a right-click on a bead removes it, elsewhere it does nothing', async () => {
    const { tracker, requested, errors } = await open(3);
    await pressAt(450, 400, 'right');
    const { left, top, size } = tracker.beads[1]!;
    await pressAt(left + size / 2, top + size / 2, 'right');
    await expect.poll(() => row(1).count(), SOON).toBe(0);
    expect(requested('remove-bead')).toMatchObject([{ bead: 1 }]);
    expect(tracker.beads.map(({ bead }) => bead)).toEqual([0, 2]);
    expect(errors).toEqual([]);
  });

  test('a place seen through the zoom is the place in the frame', async () => {
    const { page, requested, onPage } = await open(3);
    // The middle of the frame stays in the middle of the stage at every zoom.
    const { x, y } = await onPage(319.5, 239.5);
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -800);
    await page.getByRole('button', { name: 'Whole frame' }).waitFor();
    await page.mouse.click(x, y);
    await expect.poll(() => requested('add-bead'), SOON).toHaveLength(1);
    const { xPx, yPx } = requested('add-bead')[0]!;
    expect(Math.hypot(xPx - 319.5, yPx - 239.5)).toBeLessThan(1);
  });

  test('a refused request is told in the words of the tracker until dismissed', async () => {
    const { page } = await open(3);
    await pressAt(638, 240);
    const notice = page.getByRole('alert');
    await expect.poll(() => notice.innerText(), SOON).toContain('move the ROI inside the frame');
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await expect.poll(() => notice.count(), SOON).toBe(0);
  });

  test('a lost bead is shown as lost, without numbers, and its neighbors are not', async () => {
    const { page, tracker, errors } = await open(3);
    tracker.statusOf.set(1, TRACK_STATUS.lost);
    await expect.poll(() => cells(1), SOON).toEqual(['1', '–', '–', '–', '–', 'lost']);
    await expect.poll(async () => (await cells(2))[5], SOON).toBe('ok');
    await page.getByText('1 need attention').waitFor();
    expect(errors).toEqual([]);
  });

  test('lists 200 beads and reaches the last one by keyboard', async () => {
    const { page, requested, errors } = await open(200);
    const grid = page.getByRole('grid');
    await expect.poll(() => grid.getAttribute('aria-rowcount'), SOON).toBe('201');
    expect(await page.locator('#bead-199').count()).toBe(0);
    await grid.focus();
    await page.keyboard.press('End');
    await expect.poll(() => row(199).getAttribute('aria-selected'), SOON).toBe('true');
    await row(199).waitFor();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([198]);
    await page.keyboard.press('f');
    await expect.poll(() => row(198).getAttribute('title'), SOON).toContain('follows its bead');
    expect(requested('follow-bead')).toMatchObject([{ bead: 198, follow: true }]);
    await page.keyboard.press('Delete');
    await expect.poll(() => requested('remove-bead'), SOON).toMatchObject([{ bead: 198 }]);
    expect(errors).toEqual([]);
  });
});
