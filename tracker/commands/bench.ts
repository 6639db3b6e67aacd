import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { chooseEngine, type EngineChoice } from '#engines/choose-engine.ts';
import { ringExample } from '#engines/ring-example.ts';
import { trackRecorded } from '#pipeline/track-recorded.ts';
import { accuracyTables, measureAccuracy } from './bench-accuracy.ts';
import { engineOption, wholeNumber } from './options.ts';

interface BenchOptions {
  engine: EngineChoice;
  beads: number;
  roiSize: number;
  planes: number;
  frames?: number;
  repeats: number;
}

/** Cases that print one JSON line. */
const CASES: Record<string, (options: BenchOptions) => Promise<object>> = { pipeline: benchPipeline };

/** `bench`: one JSON line a case, with all that the number depends on. */
export function registerBench(program: Command): void {
  program
    .command('bench')
    .description('measure this machine, one JSON line a case')
    .argument(
      '[case]',
      `${Object.keys(CASES).join(', ')}, or accuracy: tables of every preset against simulated beads`,
    )
    .option('--beads <count>', 'beads in a frame', wholeNumber, 50)
    .option('--roi-size <px>', 'size of the ROIs', wholeNumber, 64)
    .option('--planes <count>', 'planes of the Z-LUT', wholeNumber, 200)
    .option(
      '--frames <count>',
      'frames of one repeat (default: 50), of each ROI size for accuracy (600)',
      wholeNumber,
    )
    .option('--repeats <count>', 'repeats; the median is reported', wholeNumber, 5)
    .addOption(engineOption())
    .action(async (only: string | undefined, options: BenchOptions) => {
      if (only === 'accuracy') {
        await benchAccuracy(options);
        return;
      }
      if (only !== undefined && !(only in CASES)) program.error(`error: there is no case '${only}'`);
      for (const [name, run] of Object.entries(CASES)) {
        if (only === undefined || only === name)
          console.log(JSON.stringify({ case: name, ...(await run(options)) }));
      }
    });
}

/** Tables of every preset, then a JSON line each; on the reference unless another engine is asked for. */
async function benchAccuracy({ frames = 600, engine }: BenchOptions): Promise<void> {
  const measured = await measureAccuracy(frames, engine === 'auto' ? 'reference' : engine);
  console.log(`${accuracyTables(measured)}\n`);
  for (const preset of measured) console.log(JSON.stringify({ case: 'accuracy', ...preset }));
}

/** Whole pipeline, frames in memory to tracks in memory, engine threads included. */
async function benchPipeline(options: BenchOptions): Promise<object> {
  const { beads, frames = 50, planes, repeats, roiSize } = options;
  const { setup, frame } = ringExample(beads, roiSize, planes);
  const chosen = await chooseEngine(options.engine);
  const source = {
    ids: Array.from({ length: frames }, (_, id) => id),
    timeNs: () => 0n,
    readFrame: async (_: number, into: Uint8Array) => into.set(frame),
  };
  const seconds: number[] = [];
  let lost = 0;
  try {
    for (let repeat = -1; repeat < repeats; repeat++) {
      const start = performance.now();
      await trackRecorded(source, setup, chosen.host, ({ table }) => {
        for (const z of table.zNm) if (!Number.isFinite(z)) lost++;
      });
      // The first repeat compiles.
      if (repeat >= 0) seconds.push((performance.now() - start) / 1000);
    }
  } finally {
    await chosen.host.close();
  }
  const median = seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)]!;
  const { engine, device, fallback } = chosen.host.facts;
  return {
    engine,
    device,
    fallback,
    threads: chosen.host.threads,
    cores: availableParallelism(),
    node: process.version,
    beads,
    roiPx: roiSize,
    planes,
    iterations: setup.plan.find(({ stage }) => stage === 'auto-conv-multiline-sub-pixel')?.params.iterations,
    frames,
    repeats,
    framesPerS: Number((frames / median).toPrecision(4)),
    roisPerS: Number(((frames * beads) / median).toPrecision(4)),
    usPerRoi: Number(((median * 1e6) / (frames * beads)).toPrecision(4)),
    withoutResult: lost,
  };
}
