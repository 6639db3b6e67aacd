import { describe, expect, test, vi } from 'vitest';
import type { BenchLine, BenchOptions } from '#tracker/commands/bench/case.ts';
import { BENCH_CASES } from '#tracker/commands/bench/index.ts';
import { runCommand, startCommand } from '../support/cli.ts';
import { gpuSkipReason, gpuTestEnv } from '../support/gpu-adapter.ts';

// Some start the program several times, on a machine that has other work.
const PATIENT = { timeout: 240_000 };

const CONDITIONS = ['case', 'engine', 'preset', 'roi', 'pixelType', 'planes', 'beads', 'iterations'];
const FIGURES = [
  ...['usPerRoi', 'roisPerSecond', 'fps', 'latencyMsP50', 'latencyMsP99'],
  ...['framesOffered', 'framesTracked', 'framesDropped'],
];
/** A scene that is done with in no time. */
const TINY: BenchOptions = { beads: [2], roiSize: [32], planes: 41, repeats: 2, frames: 4, for: 300 };
const CAMERA: BenchOptions = { ...TINY, repeats: 1, width: 160, height: 120, fps: [50] };

async function lines(name: string, options: BenchOptions): Promise<BenchLine[]> {
  const { run } = await BENCH_CASES[name]!.load();
  const got: BenchLine[] = [];
  for await (const line of run(options)) got.push(line as BenchLine);
  return got;
}

/** Holds a line to what every line promises; these figures are measured, the others null. */
function expectLine(line: BenchLine, name: string, measured: readonly string[]): void {
  expect(line.case).toBe(name);
  for (const key of [...CONDITIONS, ...FIGURES]) expect(line).toHaveProperty(key);
  for (const key of FIGURES) {
    if (measured.includes(key)) expect(line[key], key).toBeGreaterThanOrEqual(0);
    else expect(line[key], key).toBeNull();
  }
  expect(line.framesOffered).toBe(line.framesTracked! + line.framesDropped!);
  expect(line.framesTracked).toBeGreaterThan(0);
  const { cpu, cores, node, load } = line.machine;
  expect([cpu, node]).toEqual([expect.stringMatching(/./), process.version]);
  expect(cores).toBeGreaterThan(0);
  expect(load).toBeGreaterThanOrEqual(0);
  expect(line.repeats).toBeGreaterThan(0);
}

describe('every line has its conditions, its figures and a fate for every frame:', PATIENT, () => {
  test('pipeline, for each combination that is asked for', async () => {
    const got = await lines('pipeline', {
      ...TINY,
      engine: ['reference', 'wasm'],
      threads: [1, 2],
      preset: ['magtrack', 'fast'],
      pixelType: ['mono8', 'mono16'],
    });
    expect(got.map(({ engine, threads, preset, pixelType }) => [engine, threads, preset, pixelType])).toEqual(
      ['reference', 'wasm'].flatMap((engine) =>
        [1, 2].flatMap((threads) =>
          ['magtrack', 'fast'].flatMap((preset) =>
            ['mono8', 'mono16'].map((pixelType) => [engine, threads, preset, pixelType]),
          ),
        ),
      ),
    );
    for (const line of got) {
      expectLine(line, 'pipeline', FIGURES);
      expect(line).toMatchObject({ roi: 32, planes: 41, beads: 2, repeats: 2, framesOffered: 8 });
      expect(line.withoutResult).toBe(0);
    }
    expect(got[0]!.iterations).toBe(5);
  });

  test('pipeline beside a peer', async () => {
    const vs = `echo '{"usPerRoi": 1e9, "of": {roi}}'`;
    const [line] = await lines('pipeline', {
      ...TINY,
      engine: ['wasm'],
      threads: [1],
      preset: ['magtrack'],
      pixelType: ['mono8'],
      vs,
    });
    expect(line!.vs).toMatchObject({
      command: `echo '{"usPerRoi": 1e9, "of": 32}'`,
      usPerRoi: 1e9,
      by: 'usPerRoi',
      ratio: expect.closeTo(1e9 / line!.usPerRoi!, -6),
    });
  });

  test.each(['reference', 'wasm'] as const)('stages of %s, then all of them', async (engine) => {
    const got = await lines('stages', { ...TINY, engine: [engine], preset: ['magtrack'] });
    expect(got.map(({ stage }) => stage)).toEqual([
      ...['center-of-mass', 'auto-conv', 'auto-conv-multiline-sub-pixel', 'radial-profile', 'lookup-z'],
      'all',
    ]);
    const counts = ['framesOffered', 'framesTracked', 'framesDropped'];
    expectLine(got.at(-1)!, 'stages', ['usPerRoi', 'roisPerSecond', 'fps', ...counts]);
    const sum = got.slice(0, -1).reduce((total, { usPerRoi }) => total + usPerRoi!, 0);
    expect(sum).toBeGreaterThan(0);
    for (const line of got) {
      expect(line).toMatchObject({ framesOffered: 8, framesTracked: 8, framesDropped: 0 });
    }
  });

  test('link, whole frames and ROIs', async () => {
    for (const roiStreaming of [false, true]) {
      const [line, ...others] = await lines('link', { ...CAMERA, roiStreaming });
      expect(others).toEqual([]);
      const perRoi = roiStreaming ? [] : ['usPerRoi', 'roisPerSecond'];
      expectLine(
        line!,
        'link',
        FIGURES.filter((figure) => !perRoi.includes(figure)),
      );
      expect(line!.megabytes).toBe((roiStreaming ? 2 * 32 * 32 : 160 * 120) / 1e6);
    }
  });

  test('end-to-end, paced and as fast as it goes', async () => {
    const got = await lines('end-to-end', { ...CAMERA, engine: ['wasm'], fps: [50, 0], roiStreaming: true });
    expect(got.map(({ fpsOffered }) => fpsOffered)).toEqual([50, null]);
    for (const line of got) {
      expectLine(line, 'end-to-end', FIGURES);
      const lost = Object.entries(line.fates as Record<string, number>).filter(
        ([fate]) => fate !== 'recorder-overrun',
      );
      expect(lost.reduce((sum, [, count]) => sum + count, 0)).toBe(line.framesDropped);
      expect(line).toMatchObject({ engine: 'wasm', width: 160, height: 120, roiStreaming: true, planes: 41 });
      expect(line.trackerCpuCores).toBeGreaterThan(0);
      if (process.platform === 'linux') expect(line.cameraCpuCores).toBeGreaterThanOrEqual(0);
    }
  });

  test('soak, with a slope of the memory', async () => {
    const [line] = await lines('soak', { ...CAMERA, engine: ['reference'], for: undefined!, minutes: 0.02 });
    expectLine(line!, 'soak', FIGURES);
    expect(line).toMatchObject({ engine: 'reference', seconds: 1.2 });
    // Ten are taken, of which two are of the warm-up unless they are late.
    expect(line!.samples).toBeGreaterThanOrEqual(8);
    expect(line!.samples).toBeLessThanOrEqual(10);
    for (const slope of ['rssMBPerMinute', 'heapMBPerMinute', 'arrayBuffersMBPerMinute']) {
      expect(Number.isFinite(line![slope]), slope).toBe(true);
    }
  });

  test('startup', async () => {
    const [line] = await lines('startup', { ...TINY, engine: ['wasm'], roiSize: [64], repeats: 1 });
    expectLine(line!, 'startup', ['framesOffered', 'framesTracked', 'framesDropped']);
    expect(line).toMatchObject({ engine: 'wasm', beads: 2, roi: 64 });
    expect(line!.listeningMs).toBeGreaterThan(0);
    expect(line!.firstTrackedMs).toBeGreaterThan(line!.listeningMs as number);
  });

  test('accuracy, after its tables', async () => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    const got = await lines('accuracy', { engine: ['wasm'], frames: 2 });
    expect(print.mock.calls[0]![0]).toMatch(/^\| nm: bias \/ rms \| magtrack \|/);
    print.mockRestore();
    for (const line of got) {
      expectLine(
        line,
        'accuracy',
        FIGURES.filter((figure) => !figure.startsWith('latency')),
      );
    }
  });

  const noGpu = gpuSkipReason();
  test.skipIf(noGpu)(`gpu, through the program${noGpu ? ` (skipped: ${noGpu})` : ''}`, async () => {
    const { done } = startCommand(
      [
        ...['bench', 'gpu', '--beads', '2', '--roi-size', '32', '--planes', '41', '--frames', '2'],
        ...['--repeats', '1', '--for', '1ms', '--lanes', '8,16', '--reduction', 'tree', '--vs', 'true'],
      ],
      gpuTestEnv(),
    );
    const { code, stdout, stderr } = await done;
    expect(code, stderr).toBe(0);
    const got: BenchLine[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(got.map(({ lanes, reduction }) => [lanes, reduction])).toEqual([
      [8, 'tree'],
      [16, 'tree'],
    ]);
    for (const line of got) {
      expectLine(line, 'gpu', FIGURES);
      expect(line.withoutResult).toBe(0);
      expect(line.busGBPerSecond).toBeGreaterThan(0);
      expect(line.vs).toMatchObject({ command: 'true', by: 'wallMs', ratio: expect.any(Number) });
    }
  });
});

test('a case that is not there is refused, and so are an engine and no repeat at all', PATIENT, async () => {
  const wrong = await runCommand('bench', 'pipelines');
  expect(wrong.stderr).toContain("error: there is no case 'pipelines'");
  expect(wrong.code).toBe(1);
  const engine = await runCommand('bench', 'pipeline', '--engine', 'wasm,cuda');
  expect(engine.stderr).toContain('expected some of reference, wasm, gpu');
  expect(engine.code).toBe(1);
  const repeats = await runCommand('bench', 'pipeline', '--repeats', '0');
  expect(repeats.stderr).toContain('expected a whole number from 1');
  expect(repeats.code).toBe(1);
});
