import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeKernel, type Kept, RESULT_FLAGS, RESULT_WORDS } from '#engines/gpu/compose.ts';
import { findAdapter, type OpenedGpu, openGpu } from '#engines/gpu/device.ts';
import { STAGES } from '#stages/index.ts';
import { MAGTRACK_PLAN, type Plan, parsePlan } from '#stages/plan.ts';
import { presetPlan } from '#stages/presets.ts';
import { precisePlan } from '../../stages/precision-exam.ts';
import { gpuSkipReason } from '../../support/gpu-adapter.ts';

const options = { lanes: 64, reduction: 'tree', keepsProfiles: true } as const;
const REDUCTIONS = ['tree', 'subgroup'] as const;
const stages = new URL('../../../tracker/stages/', import.meta.url);

function planOf(stage: string, params: Record<string, unknown> = {}): Plan {
  return [{ stage, params: STAGES.find(({ name }) => name === stage)!.params.parse(params) }];
}

function constantsOf(code: string): Record<string, string> {
  return Object.fromEntries(
    [...code.matchAll(/^const (\w+) = (.+);$/gm)].map(([, name, value]) => [name, value]),
  );
}

test('every stage has a WGSL text with a function of its name', () => {
  for (const { name } of STAGES) {
    const code = composeKernel(planOf(name), 32, 'mono8', options);
    expect(code).toMatch(new RegExp(`^fn ${name.replaceAll('-', '_')}\\(lane: u32\\)`, 'm'));
  }
});

test('every WGSL text is part of a kernel of all stages, once, and says first what it is', () => {
  const plan = STAGES.flatMap(({ name }) => planOf(name));
  const kernel = (steps: Plan, reduction: (typeof REDUCTIONS)[number]) =>
    composeKernel(steps, 32, 'mono8', { ...options, reduction });
  const unfitted = plan.filter(({ stage }) => stage !== 'maximum-likelihood');
  const kernels = [
    { code: kernel(plan, 'tree'), lacks: ['reduce-subgroup.wgsl', 'uniform-constant.wgsl'] },
    { code: kernel(plan, 'subgroup'), lacks: ['reduce.wgsl', 'uniform-constant.wgsl'] },
    {
      code: kernel(unfitted, 'tree'),
      lacks: [
        'likelihood-sums.wgsl',
        'maximum-likelihood.wgsl',
        'reduce-subgroup.wgsl',
        'solve-normal.wgsl',
        'uniform-load.wgsl',
      ],
    },
  ];
  const files = readdirSync(stages).filter((name) => name.endsWith('.wgsl'));
  const textOf = (file: string) => readFileSync(new URL(file, stages), 'utf8');
  for (const file of files) expect(textOf(file), file).toMatch(/^\/\/ /);
  for (const { code, lacks } of kernels) {
    const timesIn = (file: string) => code.split(textOf(file)).length - 1;
    expect(files.filter((file) => timesIn(file) === 0)).toEqual(lacks);
    expect(files.filter((file) => timesIn(file) > 1)).toEqual([]);
  }
});

test('a fit finds its seeds by the stages before it and by others, each once and with the numbers of its attempt', () => {
  const steps = precisePlan().filter(({ stage }) => stage !== 'quadrant-interpolation');
  const plan = [steps[0]!, ...planOf('auto-conv'), ...steps.slice(1)];
  const code = composeKernel(plan, 64, 'mono16', options);
  const seeds = code.slice(code.indexOf('fn find_seed'), code.indexOf('@compute'));
  const calls = seeds.slice(seeds.indexOf('workgroupBarrier'));
  expect(
    [...calls.matchAll(/(?:if \((.+)\) \{\s+)?workgroupBarrier\(\);\s+(\w+)\(lane\);/g)].map(
      ([, when, what]) => [what, when],
    ),
  ).toEqual([
    ['center_of_mass', undefined],
    ['auto_conv', 'attempt == 0'],
    ['quadrant_interpolation', 'attempt == 2 || attempt == 3'],
    ['radial_profile', undefined],
    ['lookup_z', undefined],
  ]);
  const settingsOf = (name: string) =>
    [...seeds.matchAll(new RegExp(`${name} = (.+);`, 'g'))].map(([, value]) => value);
  expect(settingsOf('centerOfMassK')).toEqual(['1', '3', '3', '1', '1']);
  expect(settingsOf('quadrantInterpolationIterations')).toEqual(['2', '5']);
  expect(code.slice(code.indexOf('@compute')).match(/\w+(?=\(lane\))/g)).toEqual([
    'maximum_likelihood',
    'end_roi',
  ]);
});

test('only the numbers of a kernel that are not alike in all attempts are no constants', () => {
  const constants = constantsOf(composeKernel(precisePlan(), 64, 'mono16', options));
  expect(constants).toMatchObject({ centerOfMassBackground: '3', lookupZNLocal: '3', restarts: '4' });
  expect(constants).not.toHaveProperty('centerOfMassK');
  const unfitted = constantsOf(composeKernel(precisePlan().slice(0, 4), 64, 'mono16', options));
  expect(unfitted).toHaveProperty('centerOfMassK', '1');
});

test('only kernels that use subgroups need them of the adapter', () => {
  const [byHalves, bySubgroup] = REDUCTIONS.map((reduction) =>
    composeKernel(parsePlan(MAGTRACK_PLAN), 64, 'mono8', { ...options, reduction }),
  );
  expect(byHalves).not.toMatch(/subgroup/i);
  // A directive must come first.
  expect(bySubgroup).toMatch(/^enable subgroups;\n/);
});

test('stages are called in the order of the plan, none before the last lane is done with the one before', () => {
  const code = composeKernel(parsePlan(MAGTRACK_PLAN), 64, 'mono8', options);
  const entry = code.slice(code.indexOf('@compute'));
  expect([...entry.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name)).toEqual([
    'begin_roi',
    'center_of_mass',
    'workgroupBarrier',
    'auto_conv',
    'workgroupBarrier',
    'auto_conv_multiline_sub_pixel',
    'workgroupBarrier',
    'radial_profile',
    'workgroupBarrier',
    'lookup_z',
    'end_roi',
  ]);
});

test('scratch is as large as the stage that takes most of it', () => {
  const lengthOf = (plan: Plan, size: number) =>
    constantsOf(composeKernel(plan, size, 'mono8', options)).scratchLength;
  expect(lengthOf(planOf('auto-conv'), 100)).toBe('200');
  expect(lengthOf([...planOf('auto-conv'), ...planOf('fft-profile'), ...planOf('lookup-z')], 100)).toBe(
    '400',
  );
});

test('the numbers of the plan, the ROI and the pixels are constants of the kernel', () => {
  const plan = parsePlan(
    MAGTRACK_PLAN.map(({ stage }) => ({
      stage,
      params: stage === 'auto-conv-multiline-sub-pixel' ? { lineRatio: 0.1, iterations: 3 } : {},
    })),
  );
  const constants = constantsOf(composeKernel(plan, 101, 'mono12', options));
  expect(constants).toMatchObject({
    roiSize: '101',
    middle: '50',
    bytesPerPixel: '2',
    lanes: '64',
    profileRadii: '50',
    centerOfMassBackground: '0',
    autoConvMultilineSubPixelHalfLines: '5',
    autoConvMultilineSubPixelIterations: '3',
    lookupZNLocal: '5',
    resultPlaneOffset: String(RESULT_WORDS.planeOffset),
    flagLight: String(RESULT_FLAGS.light),
  });
});

test('what a stage works with takes the place of the profile only when it is asked for', () => {
  const code = (keeps?: Kept) => composeKernel(planOf('auto-conv'), 33, 'mono8', { ...options, keeps });
  const none = { keepsConvolutions: 'false', keepsSamples: 'false' };
  expect(constantsOf(code())).toMatchObject({ ...none, profileRadii: '0', profileLength: '1' });
  const lags = { keepsConvolutions: 'true', profileRadii: '66', profileLength: '66' };
  expect(constantsOf(code('convolutions'))).toMatchObject({ ...none, ...lags });
  const samples = { keepsSamples: 'true', profileRadii: '6', profileLength: '6' };
  expect(constantsOf(code('samples'))).toMatchObject({ ...none, ...samples });
});

const skipReason = gpuSkipReason();

describe.skipIf(skipReason)(
  `composed kernels on an adapter${skipReason ? ` (skipped: ${skipReason})` : ''}`,
  () => {
    let gpu: OpenedGpu;
    beforeAll(async () => {
      gpu = await openGpu();
    });
    afterAll(() => gpu.close());

    async function compile(code: string): Promise<string[]> {
      const module = gpu.device.createShaderModule({ code });
      const { messages } = await module.getCompilationInfo();
      return messages.map(({ type, lineNum, message }) => `${type} in line ${lineNum}: ${message}`);
    }

    test.each(STAGES.map(({ name }) => name))(
      'the plan of %s alone compiles without a warning',
      async (name) => {
        for (const reduction of REDUCTIONS) {
          if (reduction === 'subgroup' && !gpu.device.features.has('subgroups')) continue;
          for (const pixelFormat of ['mono8', 'mono16', 'float32'] as const) {
            for (const size of [8, 33, 512]) {
              const code = composeKernel(planOf(name), size, pixelFormat, { ...options, reduction });
              expect(await compile(code)).toEqual([]);
            }
          }
        }
      },
    );

    // That of a new device, unless it is asked for more, as are 32 KiB for magtrack-fft.
    test.each(['magtrack', 'quadrant', 'fast'] as const)(
      'the %s preset fits 16 KiB of workgroup memory at 512 px',
      async (preset) => {
        const device = await (await findAdapter()).requestDevice();
        expect(device.limits.maxComputeWorkgroupStorageSize).toBe(2 ** 14);
        const module = device.createShaderModule({
          code: composeKernel(presetPlan(preset), 512, 'mono16', options),
        });
        device.pushErrorScope('validation');
        device.createComputePipeline({ layout: 'auto', compute: { module } });
        expect(await device.popErrorScope()).toBeNull();
        device.destroy();
      },
    );

    test('a fit fits 16 KiB of workgroup memory at 256 px, its model reaching to the corners', async () => {
      const device = await (await findAdapter()).requestDevice();
      const knots = Math.ceil((256 * Math.SQRT1_2) / 0.5) + 4;
      const module = device.createShaderModule({
        code: composeKernel(precisePlan(), 256, 'mono16', { ...options, modelKnots: knots }),
      });
      device.pushErrorScope('validation');
      device.createComputePipeline({ layout: 'auto', compute: { module } });
      expect(await device.popErrorScope()).toBeNull();
      device.destroy();
    });

    test.each([
      { stage: 'radial-profile', params: { oversample: 8 } },
      { stage: 'fft-profile', params: { oversample: 8, rmax: 1 } },
    ])(
      'the largest kernel with $stage fits the workgroup memory of every desktop adapter',
      async (profile) => {
        const plan = parsePlan([
          { stage: 'center-of-mass', params: { background: 'median' } },
          { stage: 'auto-conv' },
          { stage: 'auto-conv-multiline-sub-pixel' },
          profile,
          { stage: 'lookup-z' },
        ]);
        const module = gpu.device.createShaderModule({ code: composeKernel(plan, 512, 'float32', options) });
        // SwiftShader has 32 KiB, as have all adapters but the oldest mobile ones.
        await expect(
          gpu.device.createComputePipelineAsync({ layout: 'auto', compute: { module } }),
        ).resolves.toBeDefined();
      },
    );
  },
);
