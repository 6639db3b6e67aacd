// Measures a minute of 200 beads at 1 kHz and 50 pictures a second in a browser: npx tsx test/bench/make-dashboard-cost.ts
import { loadavg } from 'node:os';
import { setInterval } from 'node:timers';
import { digits, quantile, slope } from '#tracker/commands/bench/statistics.ts';
import { browserSkipReason, launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { fakeFrame, fakePicture } from '../support/fake-beads.ts';
import { FakeTracker } from '../support/fake-tracker.ts';

const [BEADS, FPS, SECONDS, WATCHED] = [200, 1000, 60, 8];
const FRAME = { width: 1280, height: 960 };
/** The fake tracker sends 10 by itself. */
const MORE_PICTURES = 40;
const PICTURE_WIDTH = 1024;
/** The page keeps so much at full rate: before, its memory grows as it fills. */
const WARM_UP_S = 60;

/** Counts what comes over sockets, without a message to this process for each. */
const COUNT_BYTES = `
  window.bytesReceived = 0;
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => { window.bytesReceived += data.byteLength; });
    }
  };`;
const COUNT_FRAMES = `
  window.frameGapsMs = [];
  let lastMs = performance.now();
  requestAnimationFrame(function next(nowMs) {
    window.frameGapsMs.push(nowMs - lastMs);
    lastMs = nowMs;
    requestAnimationFrame(next);
  });`;

async function measure(view: string): Promise<void> {
  const page = await builtDashboard();
  const tracker = new FakeTracker({ page, beads: BEADS, ...FRAME, fps: FPS });
  const url = await tracker.start();
  let seed = 1;
  const noise = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return (2 * seed) / 2_147_483_647 - 1;
  };
  const wish = { left: 0, top: 0, width: 65_535, height: 65_535, maxWidth: PICTURE_WIDTH };
  const pictures = Array.from({ length: 8 }, (_, frame) =>
    fakePicture(frame, fakeFrame(tracker.field, noise), tracker.field, wish),
  );
  let told = 0;
  const sinceMs = performance.now();
  const timer = setInterval(() => {
    // The timer is late while the fake tracker draws: those due since then go out together.
    const due = ((performance.now() - sinceMs) * MORE_PICTURES) / 1000;
    while (told < due) tracker.tell(pictures[told++ % pictures.length]!);
  }, 5);
  const browser = await launchBrowser();
  const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await tab.addInitScript(COUNT_BYTES);
  await tab.goto(url);
  for (let bead = 1; bead < WATCHED; bead++)
    await tab.locator(`#bead-${bead}`).click({ modifiers: ['Control'] });
  await tab.getByRole('tab', { name: view }).click();
  const session = await tab.context().newCDPSession(tab);
  await session.send('Performance.enable');
  await tab.waitForTimeout(1000 * WARM_UP_S);
  const figures = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value]));
  };
  const heapMB = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return (await figures()).get('JSHeapUsedSize')! / 1e6;
  };
  const startMs = performance.now();
  const heap = [{ x: 0, y: await heapMB() }];
  const before = { figures: await figures(), bytes: await tab.evaluate<number>('bytesReceived'), told };
  await tab.evaluate(COUNT_FRAMES);
  for (let minute = 1; minute <= 10; minute++) {
    await tab.waitForTimeout(startMs + 100 * SECONDS * minute - performance.now());
    heap.push({ x: (performance.now() - startMs) / 60_000, y: await heapMB() });
  }
  const seconds = (performance.now() - startMs) / 1000;
  const gaps = await tab.evaluate<number[]>('frameGapsMs');
  const after = await figures();
  const share = (name: string) =>
    digits(
      (100 * (after.get(name)! - before.figures.get(name)!)) /
        (after.get('Timestamp')! - before.figures.get('Timestamp')!),
    );
  const bytes = (await tab.evaluate<number>('bytesReceived')) - before.bytes;
  console.log(
    JSON.stringify({
      ...{ view, beads: BEADS, fps: FPS, watched: WATCHED, seconds: digits(seconds) },
      picturesPerSecond: digits((told - before.told) / seconds + 10),
      bytesPerSecond: digits(bytes / seconds),
      ...{ frameMsMedian: digits(quantile(gaps, 0.5)), frameMsP95: digits(quantile(gaps, 0.95)) },
      framesPerSecond: digits(gaps.length / seconds),
      ...{ heapMB: digits(heap.at(-1)!.y), heapMBPerMinute: digits(slope(heap)) },
      ...{ mainThreadPercent: share('TaskDuration'), scriptPercent: share('ScriptDuration') },
      load: digits(loadavg()[0]!),
    }),
  );
  clearInterval(timer);
  await browser.close();
  await tracker.stop();
}

const skipReason = browserSkipReason();
if (skipReason) console.log(JSON.stringify({ skipped: skipReason }));
else await measure(process.argv[2] ?? 'Live Plots');
