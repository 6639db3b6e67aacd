import { expect, onTestFinished, test } from 'vitest';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { startCommand } from '../support/cli.ts';
import { restingBox, SOON } from '../support/dashboard-page.ts';

const skipReason = browserSkipReason();

test.skipIf(skipReason)(
  `the demo in a browser: picture, beads and a bead that is added and removed${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  async () => {
    await builtDashboard();
    const demo = startCommand([
      ...['demo', '--beads', '5', '--fps', '30', '--port', '0', '--no-record', '--engine', 'reference'],
      ...['--width', '480', '--height', '320'],
    ]);
    onTestFinished(() => void demo.process.kill('SIGKILL'));
    const [, url] = await demo.says(/dashboard: (\S+)/);
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(url!);
      const rows = () => page.locator('.bead-list tbody tr').filter({ hasText: /\d/ });
      await expect.poll(() => rows().count(), SOON).toBe(5);
      await expect.poll(() => rows().first().innerText(), SOON).toMatch(/ok/);

      // The frame is wider than the beads need: its far corner is empty.
      const stage = await restingBox(page.locator('.stage .overlay'));
      const frame = { width: 480, height: 320 };
      const scale = Math.min(stage.width / frame.width, stage.height / frame.height);
      const corner = {
        x: stage.x + stage.width / 2 + (frame.width / 2 - 20) * scale,
        y: stage.y + stage.height / 2 + (frame.height / 2 - 20) * scale,
      };
      await page.mouse.click(corner.x, corner.y);
      await expect.poll(() => rows().count(), SOON).toBe(6);
      await page.mouse.click(corner.x, corner.y, { button: 'right' });
      await expect.poll(() => rows().count(), SOON).toBe(5);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      demo.process.kill('SIGINT');
    }
    const { code, stdout } = await demo.done;
    expect(stdout).toMatch(/frames: \d+ offered/);
    expect(code).toBe(0);
  },
);
