import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ControlRequest } from '#protocol/control-request.ts';
import { FakeTracker, type FakeTrackerOptions } from './fake-tracker.ts';

/** What a page shows comes sooner than this, on a busy machine, too. */
export const SOON = { timeout: 60_000, interval: 50 };

/** Where an element is on the page, once it keeps its place: what loads beside it may still move it. */
export async function restingBox(
  element: Locator,
): Promise<{ x: number; y: number; width: number; height: number }> {
  let last = '';
  const isAtRest = async () => {
    const before = last;
    last = JSON.stringify(await element.boundingBox());
    return last !== 'null' && last === before;
  };
  await expect.poll(isAtRest, SOON).toBe(true);
  return JSON.parse(last);
}

/** A dashboard in a browser on a fake tracker. */
export interface DashboardPage {
  tracker: FakeTracker;
  page: Page;
  /** Errors of the console and of scripts. */
  errors: string[];
  /** Where a full-frame position is on the page while the whole frame is shown. */
  onPage(xPx: number, yPx: number): Promise<{ x: number; y: number }>;
  /** Requests of a type, oldest first. */
  requested<Type extends ControlRequest['type']>(type: Type): Extract<ControlRequest, { type: Type }>[];
  close(): Promise<void>;
}

export type ColorScheme = 'light' | 'dark';

/** Opens the page and waits for its picture. */
export async function openDashboard(
  browser: Browser,
  options: FakeTrackerOptions,
  colorScheme: ColorScheme = 'light',
): Promise<DashboardPage> {
  const tracker = new FakeTracker(options);
  const url = await tracker.start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  await expect.poll(() => page.locator('.live-camera .readout').innerText(), SOON).toMatch(/counts/);
  return {
    tracker,
    page,
    errors,
    async onPage(xPx, yPx) {
      const box = await restingBox(page.locator('.stage .overlay'));
      const { width, height } = tracker.camera;
      const scale = Math.min(box.width / width, box.height / height);
      return {
        x: box.x + (box.width - width * scale) / 2 + (xPx + 0.5) * scale,
        y: box.y + (box.height - height * scale) / 2 + (yPx + 0.5) * scale,
      };
    },
    requested: <Type extends ControlRequest['type']>(type: Type) =>
      tracker.requests.filter(
        (request): request is Extract<ControlRequest, { type: Type }> => request.type === type,
      ),
    async close() {
      await context.close();
      await tracker.stop();
    },
  };
}
