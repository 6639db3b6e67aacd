import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { browserSkipReason, launchBrowser } from './browser.ts';
import { builtDashboard } from './built-dashboard.ts';
import { type ColorScheme, type DashboardPage, openDashboard } from './dashboard-page.ts';
import type { FakeTrackerOptions } from './fake-tracker.ts';

type OpenPage = (
  options: Omit<FakeTrackerOptions, 'page'>,
  colorScheme?: ColorScheme,
) => Promise<DashboardPage>;

/** Tests of the built dashboard in one browser; skipped, with the reason, where no browser runs. */
export function describeInBrowser(subject: string, tests: (openPage: OpenPage) => void): void {
  const skipReason = browserSkipReason();
  describe.skipIf(skipReason)(`${subject}${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
    let browser: Browser;
    let folder: string;

    beforeAll(async () => {
      folder = await builtDashboard();
      browser = await launchBrowser();
    });
    afterAll(() => browser?.close());

    tests((options, colorScheme) => openDashboard(browser, { page: folder, ...options }, colorScheme));
  });
}
