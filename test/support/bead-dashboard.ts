import type { Locator } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import { type DashboardPage, SOON } from './dashboard-page.ts';
import type { FakeTrackerOptions } from './fake-tracker.ts';
import { describeInBrowser } from './in-browser.ts';

const FRAME = { width: 640, height: 480 };

interface BeadDashboard {
  /** Opens the page on a tracker with this many beads and waits for its picture and its tracks. */
  open(beads: number, options?: Pick<FakeTrackerOptions, 'pixelSizeNm' | 'fits'>): Promise<DashboardPage>;
  /** What was opened last. */
  opened(): DashboardPage;
  /** A bead in the list. */
  row(bead: number): Locator;
  /** What the list says of a bead. */
  cells(bead: number): Promise<string[]>;
  /** Pixels of a canvas, from some share of its width on, that are of a color: neither picture, text nor grid are. */
  saturatedPixels(selector: string, fromShare?: number): Promise<number>;
}

/** Tests of a dashboard in the dark with beads in its list and in its picture; what they open is closed. */
export function describeDashboard(subject: string, tests: (dashboard: BeadDashboard) => void): void {
  describeInBrowser(subject, (openPage) => {
    let opened: DashboardPage;

    afterEach(() => opened?.close());

    function saturatedPixels(selector: string, fromShare = 0): Promise<number> {
      return opened.page.$eval(
        selector,
        (element, share) => {
          const canvas = element as HTMLCanvasElement;
          const context = canvas.getContext('2d');
          if (!context || canvas.width === 0) return 0;
          const left = Math.floor(share * canvas.width);
          const { data } = context.getImageData(left, 0, canvas.width - left, canvas.height);
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
            if (data[at + 3]! > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) count++;
          }
          return count;
        },
        fromShare,
      );
    }

    const row = (bead: number) => opened.page.locator(`#bead-${bead}`);

    tests({
      async open(beads, options) {
        opened = await openPage({ beads, ...FRAME, ...options }, 'dark');
        expect(opened.errors).toEqual([]);
        await expect.poll(() => saturatedPixels('.stage .overlay'), SOON).toBeGreaterThan(0);
        return opened;
      },
      opened: () => opened,
      row,
      cells: (bead) => row(bead).locator('th, td').allInnerTexts(),
      saturatedPixels,
    });
  });
}
