import { expect, test } from 'vitest';
import { describeDashboard } from '../support/bead-dashboard.ts';
import { SOON } from '../support/dashboard-page.ts';

describeDashboard('the state of the tracker on the dashboard in a browser', ({ open, row, cells }) => {
  test('frame rates, latency, engine, recording and drops are on screen', async () => {
    const { page, tracker } = await open(3);
    tracker.ledger['dropped-ring'] = 12;
    const bar = page.locator('.status-bar');
    await expect.poll(() => bar.getByText('12', { exact: true }).count(), SOON).toBe(1);
    const text = await bar.innerText();
    for (const expected of ['simulated', '640 × 480 mono8', 'reference', '2026-11-21T10-15-00', 'p99']) {
      expect(text).toContain(expected);
    }
    expect(await page.locator('.frame-ledger .tone-lost').innerText()).toMatch(/dropped-ring\s+12/);
    const budget = await page.locator('.latency-budget tr').allInnerTexts();
    const steps = ['camera to received', 'received to submitted', 'submitted to tracked', 'tracked to sent'];
    for (const [at, step] of [...steps, 'camera to tracked'].entries()) {
      expect(budget[at + 1]).toMatch(new RegExp(`^${step}\\s+\\d+\\.\\d+\\s+\\d+\\.\\d+$`));
    }
  });

  test('a warning stays until it is dismissed', async () => {
    const { page, tracker } = await open(2);
    const event = { type: 'event', timeMs: Date.UTC(2026, 10, 21) } as const;
    tracker.tell({ ...event, level: 'warning', text: 'the disk is slow' });
    tracker.tell({ ...event, level: 'info', text: 'camera connected' });
    const log = page.getByRole('log').getByRole('listitem');
    await expect.poll(() => log.count(), SOON).toBe(2);
    expect(await log.first().innerText()).toContain('the disk is slow');
    await page.getByRole('button', { name: 'Dismiss warning' }).click();
    await expect.poll(() => log.allInnerTexts(), SOON).toEqual([expect.stringContaining('camera connected')]);
  });

  test('says that the connection is lost, comes back by itself and selects the same bead again', async () => {
    const { page, tracker, requested, errors } = await open(3);
    const link = page.getByRole('status', { name: 'Connection' });
    await row(2).click();
    await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([2]);
    tracker.acceptsDashboards = false;
    tracker.dropDashboards();
    await expect.poll(() => link.innerText(), SOON).toContain('Connection lost');
    tracker.requests.length = 0;
    tracker.acceptsDashboards = true;
    await expect.poll(() => link.innerText(), SOON).toBe('Live');
    await expect.poll(() => requested('watch').at(-1)?.beads, SOON).toEqual([2]);
    const before = await cells(2);
    await expect.poll(() => cells(2), SOON).not.toEqual(before);
    // The browser itself reports every refused connection.
    expect(errors.filter((text) => !text.includes('WebSocket connection'))).toEqual([]);
  });
});
