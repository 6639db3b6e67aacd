import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseSimulatedCameraOptions, simulatedScene } from '#camera-adapters/simulated.ts';
import type { RecordingList } from '#protocol/recordings.ts';
import { lostFrames } from '../../dashboard/views/recordings/format.ts';
import { type BreakableLink, breakableLink } from '../support/breakable-link.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { csvColumns, startCommand } from '../support/cli.ts';
import { restingBox, SOON } from '../support/dashboard-page.ts';
import { TOKENS, tokensFile } from '../support/door-server.ts';
import { recordedAccount } from '../support/recorded-account.ts';
import { expectRelativeTruth, expectTruth, rowsSince } from '../support/session-truth.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const skipReason = browserSkipReason();

const FRAME = { width: 400, height: 260 };
const SESSION = { fps: 30, pixelSizeNm: 100, stepNm: 200, stepEveryS: 1 };
const { stepNm } = SESSION;
// Rings of one bead do not reach into the ROI of another.
const ROI_SPACING = 130;
const SCENE = simulatedScene(
  parseSimulatedCameraOptions({ beads: 6, referenceBeads: 2, seed: 4, roiSpacing: ROI_SPACING, ...FRAME }),
);

describe.skipIf(skipReason)(`a session${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await builtDashboard();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function openPage(url: string): Promise<string[]> {
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(url);
    return errors;
  }

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const tab = (name: string) => page.getByRole('tab', { name });
  const rows = () => page.locator('.bead-list tbody tr').filter({ hasText: /\d/ });
  const ids = async () =>
    (await rows().locator('th').allInnerTexts()).map((text) => Number.parseInt(text, 10));
  const row = (bead: number) => page.locator(`#bead-${bead}`);
  const cells = async (bead: number) => (await row(bead).locator('td').allInnerTexts()).map(Number);

  /** Moves the mouse until the read-out of the picture says that it is there: a picture may be about to change its size. */
  async function aimAt(xPx: number, yPx: number): Promise<void> {
    const offPx = async () => {
      const box = await restingBox(page.locator('.stage .overlay'));
      const scale = Math.min(box.width / FRAME.width, box.height / FRAME.height);
      const left = box.x + (box.width - FRAME.width * scale) / 2;
      const top = box.y + (box.height - FRAME.height * scale) / 2;
      await page.mouse.move(left + (xPx + 0.5) * scale, top + (yPx + 0.5) * scale, { steps: 3 });
      const [, x, y] =
        /x (\S+)\s+y (\S+) px/.exec(await page.locator('.live-camera .readout').innerText()) ?? [];
      return Math.hypot(Number(x) - xPx, Number(y) - yPx);
    };
    await expect.poll(offPx, SOON).toBeLessThan(1);
  }

  /** Bead of the scene that is within 10 px of a position: no two are so close. */
  const sceneBead = (xPx: number, yPx: number) =>
    SCENE.beads.find((bead) => Math.hypot(bead.xPx - xPx, bead.yPx - yPx) < 10);

  async function download(click: () => Promise<void>) {
    const [file] = await Promise.all([page.waitForEvent('download'), click()]);
    return {
      name: file.suggestedFilename(),
      columns: csvColumns(await readFile((await file.path())!, 'utf8')),
    };
  }

  test('finds, picks and measures beads, records, survives a cut cable, replays and exports the truth', async () => {
    const demo = startCommand([
      ...[
        'demo',
        '--beads',
        '6',
        '--reference-beads',
        '2',
        '--seed',
        '4',
        '--port',
        '0',
        '--out',
        folder,
        '--no-record',
      ],
      ...[
        '--width',
        `${FRAME.width}`,
        '--height',
        `${FRAME.height}`,
        '--fps',
        `${SESSION.fps}`,
        '--engine',
        'wasm',
      ],
      ...['--drift-nm-per-s', '0,0,0', '--step-nm', `${stepNm}`, '--step-every-s', `${SESSION.stepEveryS}`],
      ...['--roi-spacing', `${ROI_SPACING}`, '--preset', 'fast'],
    ]);
    onTestFinished(() => void demo.process.kill('SIGKILL'));
    const [, url] = await demo.says(/dashboard: (\S+)/);
    const link: BreakableLink = await breakableLink(Number(new URL(url!).port));
    onTestFinished(() => link.close());
    const errors = await openPage(`http://127.0.0.1:${link.port}/`);

    // Another person's beads go, the tracker's proposals come.
    await expect.poll(ids, SOON).toEqual([0, 1, 2, 3, 4, 5]);
    await row(0).click();
    for (const bead of [1, 2, 3, 4, 5]) await row(bead).click({ modifiers: ['Control'] });
    await button('Remove').click();
    await expect.poll(ids, SOON).toEqual([]);
    await button('Auto-detect').click();
    await button('Search').click();
    await button('Accept 6').click();
    await button('Close Auto-detect').click();
    await page.locator('.drawer').waitFor({ state: 'detached' });
    await expect.poll(ids, SOON).toEqual([6, 7, 8, 9, 10, 11]);
    await expect.poll(async () => (await cells(11))[0], SOON).toBeGreaterThan(0);
    const sceneOf = new Map<number, (typeof SCENE.beads)[number]>();
    for (const bead of await ids()) {
      const [xPx, yPx] = await cells(bead);
      sceneOf.set(bead, sceneBead(xPx!, yPx!)!);
    }
    expect(new Set([...sceneOf.values()].map(({ bead }) => bead)).size).toBe(6);

    // Picked in the picture, dragged off its bead, brought back; removed, brought back.
    const [tethered] = [...sceneOf].find(([, { reference }]) => !reference)!;
    const [reference] = [...sceneOf].find(([, bead]) => bead.reference)!;
    const at = sceneOf.get(tethered)!;
    await aimAt(at.xPx, at.yPx);
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => row(tethered).getAttribute('aria-selected'), SOON).toBe('true');
    await page.mouse.down();
    await aimAt(at.xPx + 15, at.yPx - 10);
    await page.mouse.up();
    await expect.poll(() => button('Undo').getAttribute('title'), SOON).toContain(`move bead ${tethered}`);
    await page.keyboard.press('Control+z');
    await expect.poll(() => button('Undo').getAttribute('title'), SOON).toContain('accept 6 beads');
    await page.locator('.stage .overlay').focus();
    await page.keyboard.press('Delete');
    await expect.poll(ids, SOON).not.toContain(tethered);
    await page.keyboard.press('Control+z');
    await expect.poll(ids, SOON).toEqual([6, 7, 8, 9, 10, 11]);

    // A molecule that opens and closes, seen against a bead that sticks to the surface, while it is recorded.
    await row(reference).click();
    await page.keyboard.press('r');
    await row(reference).locator('abbr').waitFor();
    await row(tethered).click();
    await tab('Run').click();
    await page.getByLabel('Name of the run').fill('hairpin');
    await button('Start Saving').click();
    await button('Stop Saving').waitFor();
    await tab('Live Plots').click();
    const zNm = async () => (await cells(tethered))[2]!;
    const isAt = (heightNm: number) =>
      // Five standard deviations of its thermal motion.
      expect.poll(async () => Math.abs((await zNm()) - heightNm), SOON).toBeLessThan(90);
    for (const heightNm of [at.zNm, at.zNm + stepNm]) await isAt(heightNm);

    // What comes while the cable is cut is recorded all the same, and shown afterwards.
    await Promise.all([page.getByText('Connection lost').waitFor(), link.cut()]);
    link.mend();
    const connection = page.getByRole('status', { name: 'Connection' });
    await expect.poll(() => connection.innerText(), SOON).toBe('Live');
    for (const heightNm of [at.zNm, at.zNm + stepNm]) await isAt(heightNm);
    await page.getByLabel('Relative', { exact: true }).check({ force: true });
    const shown = await download(() => button('CSV').click());
    expect(shown.name).toBe(`traces-beads-${tethered}.csv`);
    await tab('Run').click();
    await button('Stop Saving').click();
    await button('Start Saving').waitFor();

    await tab('Recordings').click();
    const recorded = await download(() => page.getByRole('link', { name: /^CSV of .*hairpin/ }).click());
    expectTruth(recorded.columns, sceneOf, SESSION);
    const { recordings } = (await (await fetch(new URL('recordings', url))).json()) as RecordingList;
    // Some may have been lost before the first that was tracked.
    const { fates, tracked, unknown } = await recordedAccount(join(folder, recordings[0]!.name), 6);
    expect([...new Set(recorded.columns.frame)]).toEqual(tracked);
    const all = Object.values(fates).reduce((sum, count) => sum + count, 0);
    expect([lostFrames(recordings[0]!), unknown]).toEqual([all - tracked.length, []]);
    const firstS = recorded.columns.frame![0]! / SESSION.fps;
    expectRelativeTruth(rowsSince(shown.columns, firstS), at, sceneOf.get(reference)!, SESSION);

    await button(/^Replay .*hairpin/).click();
    await page.getByRole('slider', { name: 'Time in the recording' }).press('End');
    const lastRow = recorded.columns.bead!.lastIndexOf(6);
    const replayed = page.locator('.replay-readings tbody tr').first().locator('th, td');
    const lastZNm = recorded.columns.zNm![lastRow]!;
    await expect.poll(async () => (await replayed.allInnerTexts())[4], SOON).toBe(lastZNm.toFixed(1));
    expect(errors).toEqual([]);
    await page.close();

    demo.process.kill('SIGINT');
    expect((await demo.done).code).toBe(0);
  });

  test('a viewer signs in, looks, and is told why nothing can be changed', async () => {
    const serve = startCommand([
      ...['serve', '--port', '0', '--no-record', '--engine', 'reference'],
      ...['--tokens', tokensFile(folder)],
    ]);
    onTestFinished(() => void serve.process.kill('SIGKILL'));
    const [, url] = await serve.says(/dashboard: (\S+)/);
    const errors = await openPage(url!);
    await page.locator('input').fill(TOKENS.viewer);
    await page.keyboard.press('Enter');
    const why = 'Viewers look, operators act';
    await page.getByText(why).waitFor();
    for (const name of ['Undo', 'Redo', 'Remove']) {
      await expect.poll(() => button(name).isDisabled(), { ...SOON, message: name }).toBe(true);
      await expect.poll(() => button(name).getAttribute('title'), SOON).toContain(why);
    }
    await page.locator('.stage .overlay').focus();
    await page.keyboard.press('a');
    await expect.poll(() => page.getByRole('alert').innerText(), SOON).toContain(why);
    expect(await ids()).toEqual([]);
    await button('Auto-detect').click();
    await expect.poll(() => button('Search').isDisabled(), SOON).toBe(true);
    // The first page asks for a token, which the browser writes down as an error.
    expect(errors.filter((text) => !text.includes('401'))).toEqual([]);
    await page.close();
  });
});
