import type { Locator } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import type { Role } from '#protocol/role.ts';
import type { DashboardPage } from './dashboard-page.ts';
import { FakeCalcium } from './fake-calcium.ts';
import { describeInBrowser } from './in-browser.ts';

/** What the camera sees, px, and the cells on it. */
export const FIELD = { width: 64, height: 48, cells: 12, radius: 4 };
/** Of the trace, and of the one it is compared with. */
export const [GREEN, RED] = [
  [0x40, 0xcc, 0x8b],
  [0xff, 0x4b, 0x4e],
] as const;

interface CalciumPage extends DashboardPage {
  calcium: FakeCalcium;
}

interface CalciumView {
  /** Opens the view at one of its pages. */
  openView(options?: { isOn?: boolean; role?: Role; page?: string }): Promise<CalciumPage>;
  /** What was opened last. */
  opened(): CalciumPage;
  /** Chooses one of several by its name. */
  choose(name: string): Promise<void>;
  button(name: string): Locator;
  /** Pixels of about a color on the plot. */
  painted(color: readonly number[]): Promise<number>;
}

/** Tests of the calcium view; what they open is closed, and has told no error. */
export function describeCalciumView(subject: string, tests: (view: CalciumView) => void): void {
  describeInBrowser(subject, (openPage) => {
    let opened: CalciumPage;

    afterEach(async () => {
      const { errors } = opened;
      await opened.close();
      expect(errors).toEqual([]);
    });

    const choose = (name: string) =>
      opened.page.locator('.calcium').getByRole('radio', { name, exact: true }).check({ force: true });

    tests({
      async openView({ isOn = true, role = 'operator', page = 'Traces' } = {}) {
        const calcium = new FakeCalcium(FIELD, isOn);
        const { width, height } = FIELD;
        opened = { ...(await openPage({ beads: 2, role, calcium, width, height })), calcium };
        await opened.page.getByRole('tab', { name: 'Calcium' }).click();
        await opened.page.locator('.calcium').waitFor();
        if (page !== 'Traces') await choose(page);
        return opened;
      },
      opened: () => opened,
      choose,
      button: (name) => opened.page.locator('.calcium').getByRole('button', { name, exact: true }),
      painted: (color) =>
        opened.page.$eval(
          '.calcium-plot canvas',
          (element, [red, green, blue]) => {
            const canvas = element as HTMLCanvasElement;
            const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let at = 0; at < data.length; at += 4) {
              const far =
                Math.abs(data[at]! - red!) +
                Math.abs(data[at + 1]! - green!) +
                Math.abs(data[at + 2]! - blue!);
              if (far < 24 && data[at + 3]! > 200) count++;
            }
            return count;
          },
          color,
        ),
    });
  });
}
