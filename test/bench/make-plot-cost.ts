// Measures what Live Plots take for 8 watched beads at 1 kHz over 60 s: npx tsx test/bench/make-plot-cost.ts ['Live Plots' | Analysis]
import { makeTrace } from '#protocol/trace-columns.ts';
import { DrawnTrace } from '../../dashboard/plots/drawn-trace.ts';
import { createLiveStore } from '../../dashboard/store/live-store.ts';
import { TraceView } from '../../dashboard/store/trace-view.ts';
import { launchBrowser } from '../support/browser.ts';
import { builtDashboard } from '../support/built-dashboard.ts';
import { FakeTracker } from '../support/fake-tracker.ts';

const BEADS = 8;
const FPS = 1000;
const SECONDS = 60;
const PLOT_WIDTH = 700;

const round = (value: number) => Number(value.toFixed(2));

/** The first draw thins every point; each one after it what came in 50 ms. */
function measureThinning(isRelative: boolean): void {
  const store = createLiveStore();
  for (let bead = 0; bead < BEADS; bead++) store.toggleSelected(bead);
  store.toggleReference(0);
  store.traces.setFits(true);
  const noisy = (first: number, count: number) =>
    makeTrace(true, (name) =>
      Float64Array.from({ length: count }, (_, at) =>
        name === 'timeS' ? (first + at) / FPS : Math.random(),
      ),
    );
  for (let bead = 0; bead < BEADS; bead++) {
    store.traces.append([{ bead, ...noisy(0, FPS * SECONDS) }], 1);
  }
  store.plots.windowS.value = SECONDS;
  store.plots.isRelative.value = isRelative;
  const view = new TraceView(store);
  const drawn = Array.from({ length: BEADS }, () => new DrawnTrace());
  const draw = () => {
    const startMs = performance.now();
    for (const [at, shown] of view.look().beads.entries()) {
      drawn[at]!.follow(shown, SECONDS / PLOT_WIDTH, ['xPx', 'yPx', 'zNm', 'score', 'chiSquared']);
    }
    return performance.now() - startMs;
  };
  const firstMs = round(draw());
  const times = Array.from({ length: 200 }, (_, message) => {
    for (let bead = 0; bead < BEADS; bead++) {
      store.traces.append([{ bead, ...noisy(FPS * SECONDS + 50 * message, 50) }], 1);
    }
    return draw();
  }).sort((a, b) => a - b);
  const next = { leastMs: round(times[0]!), medianMs: round(times[100]!), p95Ms: round(times[190]!) };
  console.log(
    JSON.stringify({ case: 'thin', beads: BEADS, points: FPS * SECONDS, isRelative, firstMs, ...next }),
  );
}

async function measurePage(view: 'Live Plots' | 'Analysis'): Promise<void> {
  const tracker = new FakeTracker({
    page: await builtDashboard(),
    beads: 200,
    width: 1920,
    height: 1440,
    fits: true,
    fps: FPS,
  });
  const url = await tracker.start();
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  for (let bead = 1; bead < BEADS; bead++)
    await page.locator(`#bead-${bead}`).click({ modifiers: ['Control'] });
  await page.getByLabel('2 min', { exact: true }).check({ force: true });
  await page.getByRole('tab', { name: view }).click();
  await page.waitForTimeout(1000 * SECONDS);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const figures = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return new Map(metrics.map(({ name, value }) => [name, value]));
  };
  const before = await figures();
  // As text: a function would carry names that only the transpiler of this file knows.
  const frames = await page.evaluate<number[]>(`new Promise((done) => {
    const gaps = [];
    let lastMs = performance.now();
    requestAnimationFrame(function next(nowMs) {
      gaps.push(nowMs - lastMs);
      lastMs = nowMs;
      if (gaps.length < 600) requestAnimationFrame(next);
      else done(gaps);
    });
  })`);
  const after = await figures();
  const share = (name: string) => {
    const passed = after.get('Timestamp')! - before.get('Timestamp')!;
    return round((100 * (after.get(name)! - before.get(name)!)) / passed);
  };
  frames.sort((a, b) => a - b);
  const facts = { mainThreadPercent: share('TaskDuration'), scriptPercent: share('ScriptDuration') };
  const gaps = { frameMsMedian: round(frames[300]!), frameMsP95: round(frames[570]!) };
  const heapMB = round(after.get('JSHeapUsedSize')! / 1e6);
  console.log(
    JSON.stringify({ case: 'page', view, beads: 200, watched: BEADS, fps: FPS, ...facts, ...gaps, heapMB }),
  );
  await browser.close();
  await tracker.stop();
}

measureThinning(false);
measureThinning(true);
for (const view of ['Live Plots', 'Analysis'] as const) {
  if (process.argv.length < 3 || process.argv.includes(view)) await measurePage(view);
}
