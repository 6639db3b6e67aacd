import { afterEach, expect, test, vi } from 'vitest';
import { type CalciumLine, run } from '#tracker/commands/bench/calcium.ts';
import { CALCIUM_WORKS, type CalciumWork } from '#tracker/commands/bench/calcium-works.ts';
import type { BenchOptions } from '#tracker/commands/bench/case.ts';
import { hasScipy } from '#tracker/commands/bench/scipy-peer.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';

const PYTHON = await hasScipy();
const QUICK: BenchOptions = { frames: 4, repeats: 2, seed: 3 };

async function lines(options: BenchOptions, works?: readonly CalciumWork[]): Promise<CalciumLine[]> {
  const got: CalciumLine[] = [];
  for await (const line of run(options, works)) got.push(line);
  return got;
}

/** Hides python3, and keeps what is said of it. */
function withoutPython(): () => unknown {
  vi.stubEnv('PATH', '/nowhere');
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  return () => said.mock.calls[0]?.[0];
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('every work gives a line of the frames asked for, and without SciPy says so', async () => {
  const said = withoutPython();
  const got = await lines({ ...QUICK, repeats: 1, engine: ['reference'] });
  expect(got.map(({ work }) => work)).toEqual(CALCIUM_WORKS.map(({ name }) => name));
  for (const line of got) {
    expect(line).toMatchObject({ case: 'calcium', engine: 'cpu', device: null, repeats: 1, seed: 3 });
    expect(line.shape.length === 2 ? line.shape : line.shape.slice(0, 1)).toContain(4);
    expect(line.secondsMin).toBeGreaterThan(0);
    expect(line.seconds).toBeGreaterThanOrEqual(line.secondsMin);
    expect(line.machine.cores).toBeGreaterThan(0);
    // The times of the other machine are those of more frames.
    expect(line.scipy).toBeNull();
  }
  expect(said()).toMatch(/no scipy/);
});

test('a whole work without SciPy is compared with the times of another machine', async () => {
  withoutPython();
  const work: CalciumWork = {
    ...CALCIUM_WORKS[0]!,
    shape: [2, 40],
    statedSeconds: 7,
  };
  const [line] = await lines({ repeats: 1, engine: ['reference'] }, [work]);
  expect(line!.shape).toEqual([2, 40]);
  expect(line!.scipy).toMatchObject({ where: 'another machine, two shared cores', seconds: 7 });
  expect((line!.scipy!.ratio * line!.seconds) / 7).toBeCloseTo(1, 2);
});

test.skipIf(!PYTHON)(
  `SciPy of this machine runs in turn${PYTHON ? '' : ' (skipped: no scipy)'}`,
  async () => {
    const works = CALCIUM_WORKS.filter(({ name }) => name === 'perona-malik' || name === 'mask-traces');
    for (const { scipy, seconds } of await lines({ ...QUICK, engine: ['reference'] }, works)) {
      expect(scipy).toMatchObject({
        where: 'this machine',
        repeats: 2,
        versions: { scipy: expect.any(String) },
      });
      expect(scipy!.secondsMin).toBeGreaterThan(0);
      expect(scipy!.ratioOfCpu).toBeGreaterThan(0);
      expect(scipy!.ratio / (scipy!.seconds / seconds)).toBeCloseTo(1, 2);
    }
  },
);

const noGpu = gpuSkipReason();
test.skipIf(noGpu)(`a GPU does what has a kernel${noGpu ? ` (skipped: ${noGpu})` : ''}`, async () => {
  withoutPython();
  const got = await lines({ frames: 2, repeats: 1, engine: ['gpu'] });
  expect(got.map(({ work, engine }) => [work, engine])).toEqual([
    ['median-3x3x3', 'gpu'],
    ['gaussian', 'gpu'],
  ]);
  for (const line of got) expect(line.device).toMatch(/\w/);
});
