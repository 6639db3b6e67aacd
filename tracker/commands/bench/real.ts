import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '#engines/engine.ts';
import { openEngine } from '#engines/open-engine.ts';
import { type PresetName, presetPlan } from '#stages/presets.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { type Machine, thisMachine } from './machine.ts';
import { readRealFrames } from './real-frames.ts';
import { REAL_SERIES, REAL_SWEEPS } from './real-recordings.ts';
import { agreement, scoreSeries, trackSeries } from './real-series.ts';
import { scoreSweep, trackSweep } from './real-sweep.ts';
import { realTable } from './real-table.ts';
import { planIterations } from './scene.ts';
import { digits } from './statistics.ts';

const SHOWN: readonly PresetName[] = ['magtrack', 'quadrant', 'precise'];

/** Presets on recordings of real beads, below the folder that `--folder` names; those that are not there are left out. */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const lines: BenchLine[] = [];
  for await (const line of measure(options)) {
    lines.push(line);
    yield line;
  }
  if (lines.length > 0) console.log(`\n${realTable(lines)}\n`);
}

async function* measure(options: BenchOptions): AsyncGenerator<BenchLine> {
  const machine = thisMachine();
  const presets = options.preset ?? SHOWN;
  const { folder } = options;
  if (folder === undefined) {
    console.error('real: left out, --folder names no folder of recordings');
    return;
  }
  const isThere = (name: string) => {
    if (existsSync(join(folder, name))) return true;
    console.error(`real: ${name} left out, ${folder} does not hold it`);
    return false;
  };
  for (const preset of presets) {
    const plan = presetPlan(preset);
    const engine = await openEngine(options.engine?.[0] ?? 'wasm');
    try {
      for (const { name, file, parts, focusOf } of REAL_SWEEPS) {
        if (!isThere(name)) continue;
        const frames = await readRealFrames(join(folder, name, file));
        const focusNm = focusOf(expectedOf(folder, name));
        const table = await trackSweep(engine, plan, frames, focusNm);
        for (const part of parts) {
          const score = scoreSweep(table, focusNm, part);
          yield lineOf(preset, engine, machine, frames.roi.size, score.frames, {
            ...{ recording: name, part: `frames ${part.from} to ${part.to}` },
            ...rounded(score),
          });
        }
      }
      for (const { name, file, bead, first, roi, publishedOf } of REAL_SERIES) {
        if (!isThere(name)) continue;
        const frames = await readRealFrames(join(folder, name, file), first, roi);
        const tracks = await trackSeries(engine, plan, frames);
        const score = scoreSeries(tracks);
        const publishedPx = agreement(tracks.table, publishedOf(expectedOf(folder, name)));
        yield lineOf(preset, engine, machine, frames.roi.size, score.frames, {
          ...{ recording: name, part: bead },
          ...rounded({ ...score, publishedPx }),
        });
      }
    } finally {
      await engine.close();
    }
  }
}

function expectedOf(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8'));
}

function rounded(figures: object): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, typeof value === 'number' ? digits(value) : null]),
  );
}

function lineOf(
  preset: PresetName,
  engine: Engine,
  machine: Machine,
  roi: number,
  frames: number,
  figures: Record<string, unknown>,
): BenchLine {
  return {
    ...{ case: 'real', engine: engine.facts.engine, preset, roi, pixelType: 'mono8', planes: null, beads: 1 },
    ...{ iterations: planIterations(presetPlan(preset)), machine, repeats: 1 },
    ...{ usPerRoi: null, roisPerSecond: null, fps: null, latencyMsP50: null, latencyMsP99: null },
    ...{ framesOffered: frames, framesTracked: frames, framesDropped: 0 },
    ...figures,
  };
}
