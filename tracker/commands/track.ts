import type { Command } from 'commander';
import { chooseEngine, type EngineChoice } from '#engines/choose-engine.ts';
import { workloadOf } from '#engines/measure-speed.ts';
import { trackRecorded } from '#pipeline/track-recorded.ts';
import { TRACK_STATUS } from '#protocol/track-status.ts';
import { assertZLutFits } from '#protocol/z-lut.ts';
import { createTrackFile } from '#recording/track-file.ts';
import { followingRois } from '#rois/roi-table.ts';
import type { TrackedFrames } from '#sinks/track-sink.ts';
import { planMethod } from '#stages/plan.ts';
import { assertHasModel } from '#stages/plan-needs.ts';
import type { PresetName } from '#stages/presets.ts';
import { defaultConfig, planOf, readConfig, withPreset } from '../config.ts';
import { assertBeadsAreListed, NO_Z_LUTS, readBeadZLuts, roiSizeOf, zLutOption } from './bead-z-luts.ts';
import { engineOption, number, presetOption, wholeNumber } from './options.ts';
import { ProgressLine } from './progress-line.ts';
import { describeNoise, recordedNoise, withNoise } from './recorded-noise.ts';
import { openSelected, roisFor } from './stack-input.ts';

interface TrackOptions {
  rois: string;
  roiSize?: number;
  zlut?: string;
  out: string;
  engine: EngineChoice;
  frames?: string;
  fps?: number;
  pixelSize?: number;
  config?: string;
  preset?: PresetName;
  force?: boolean;
  follow?: boolean;
  cameraNoise?: boolean;
}

/** `track`: a recorded stack through the engine of the live tracker, without a server. */
export function registerTrack(command: Command): void {
  command
    .argument('<stack>', 'TIFF, .npy, .bin + .json, an image, or a folder of images')
    .requiredOption('--out <file>', 'tracks.csv or tracks.arrows')
    .option(
      '--rois <choice>',
      'auto finds beads, isolated those clear of others, whole is one ROI, or a CSV file',
      'auto',
    )
    .option('--roi-size <px>', 'size of new ROIs; default: what the Z-LUT was built with', wholeNumber)
    .addOption(zLutOption())
    .option('--follow', 'ROIs move with their beads by whole px, unless their list says otherwise')
    .option('--frames <slice>', 'frames as start:stop:step, e.g. ::2 for the even ones')
    .option('--fps <rate>', 'frame rate, when the file does not say', number)
    .option('--pixel-size <nm>', 'nm per px, for the header of the output', number)
    .option('--config <file>', 'TOML settings; the pipeline is taken from it')
    .addOption(presetOption())
    .option(
      '--camera-noise',
      'maximum-likelihood: gain and read noise by photon transfer from this recording, not from the sweep',
    )
    .option('--force', 'write over an existing output')
    .addOption(engineOption())
    .action(track);
}

async function track(path: string, options: TrackOptions): Promise<void> {
  const config = withPreset(options.config ? readConfig(options.config) : defaultConfig(), options.preset);
  let plan = planOf(config);
  const zLuts = options.zlut ? await readBeadZLuts(options.zlut) : NO_Z_LUTS;
  if (options.zlut) assertBeadsAreListed(zLuts, options.rois);
  const selected = await openSelected(path, options.frames, options.fps);
  const { stack, ids } = selected;
  try {
    const size = options.roiSize ?? roiSizeOf(zLuts, plan);
    const listed = await roisFor(options.rois, selected, size, (text) => console.error(text));
    const rois = followingRois(listed, options.follow ?? config.rois.follow);
    for (const { bead, size } of rois) {
      const zLut = zLuts.of(bead);
      if (!zLut) continue;
      assertZLutFits(zLut, bead, planMethod(plan, size));
      assertHasModel(plan, zLut, bead);
    }
    const idle = zLuts.beads?.filter((bead) => rois.every((roi) => roi.bead !== bead)) ?? [];
    if (idle.length > 0) console.error(`Z-LUTs without an ROI: of bead ${idle.join(', ')}`);
    const first = rois.find(({ bead }) => zLuts.of(bead));
    if (options.cameraNoise && first) {
      const noise = await recordedNoise(selected, first, zLuts.of(first.bead)!, plan);
      plan = withNoise(plan, noise);
      console.error(describeNoise(noise));
    }
    const chosen = await chooseEngine(options.engine, {
      plan,
      workload: workloadOf(rois, stack),
      threads: config.engine.threads,
      onNotice: (text) => console.error(text),
    });
    try {
      const facts = chosen.host.facts;
      console.error(`engine: ${facts.engine} on ${facts.device} (${chosen.why})`);
      const { width, height, pixelFormat } = stack;
      const camera = {
        camera: stack.path,
        width,
        height,
        pixelFormat,
        fps: options.fps ?? 0,
        pixelSizeNm: options.pixelSize ?? Number.NaN,
      };
      const force = options.force ?? false;
      const out = await createTrackFile(options.out, { camera, engine: facts, plan, rois }, { force });
      const progress = new ProgressLine(ids.length, 'frames');
      const setup = {
        plan,
        width,
        height,
        pixelFormat,
        rois,
        zLuts: [...zLuts.all],
        zLutOfBead: rois.map(({ bead }) => {
          const zLut = zLuts.of(bead);
          return zLut ? zLuts.all.indexOf(zLut) : -1;
        }),
        profiles: false,
      };
      let lost = 0;
      try {
        const onTracked = (batch: TrackedFrames) => {
          out.tracked(batch);
          for (const status of batch.table.status) if (status & TRACK_STATUS.lost) lost++;
          progress.add(batch.frames.length);
        };
        await trackRecorded(selected, setup, chosen.host, onTracked, config.rois.followPx);
      } finally {
        await out.close();
      }
      progress.end();
      console.error(`${out.rows} points of ${rois.length} beads in ${options.out}; ${lost} without x or y`);
    } finally {
      await chosen.host.close();
    }
  } finally {
    await stack.close();
  }
}
