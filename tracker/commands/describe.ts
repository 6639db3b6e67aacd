import type { Command } from 'commander';
import { z } from 'zod';
import type { CalciumStage } from '#calcium-stages/define.ts';
import { CALCIUM_STAGES } from '#calcium-stages/index.ts';
import { ARRAYS, type ArrayName, type Stage } from '#stages/define.ts';
import { STAGES } from '#stages/index.ts';
import { PRESET_NAMES, PRESETS, type PresetName, presetPlan } from '#stages/presets.ts';
import { describeConfig } from '../config.ts';

/** `describe`: the stages of beads and cells and the presets with their parameters, and every setting with its default. */
export function registerDescribe(command: Command): void {
  command
    .argument(
      '[what]',
      'config, stages, presets, calcium (the stages of cells), or one stage or preset by name',
      'stages',
    )
    .action((what: string) => {
      const lines = linesOf(what);
      if (!lines) command.error(`error: there is no stage or preset '${what}'`);
      console.log(lines.join('\n'));
    });
}

function linesOf(what: string): string[] | null {
  if (what === 'config') return describeConfig();
  const presets = PRESET_NAMES.filter((name) => what === 'presets' || name === what);
  if (presets.length > 0) return presets.flatMap(describePreset);
  const stages = STAGES.filter(({ name }) => what === 'stages' || name === what);
  const calcium = CALCIUM_STAGES.filter(({ name }) => what === 'calcium' || name === what);
  const lines = [...stages.flatMap(describeStage), ...calcium.flatMap(describeCalciumStage)];
  return lines.length > 0 ? lines : null;
}

function describePreset(name: PresetName): string[] {
  const steps = presetPlan(name).flatMap(({ stage, params }) => [
    `  ${stage}`,
    ...Object.entries(params).map(([param, value]) => `    ${param} = ${JSON.stringify(value)}`),
  ]);
  return [`${name}: ${PRESETS[name].title}`, ...steps];
}

function describeStage(stage: Stage): string[] {
  return [
    `${stage.name}: ${stage.title}`,
    `  reads ${named(stage.reads) || 'pixels'}; writes ${named(stage.writes)}`,
    `  source: ${stage.source}`,
    ...describeParams(stage.params),
  ];
}

function describeCalciumStage(stage: CalciumStage): string[] {
  return [
    `${stage.name}: ${stage.title}`,
    `  reads ${stage.reads.join(', ') || 'pixels'}; writes ${stage.writes.join(', ')}`,
    `  source: ${stage.source}`,
    ...describeParams(stage.params),
  ];
}

function describeParams(params: z.ZodType): string[] {
  const { properties = {} } = z.toJSONSchema(params);
  return Object.entries(properties).map(([name, param]) => {
    const {
      default: initial,
      description,
      unit,
    } = param as { default?: unknown; description?: string; unit?: string };
    return `  ${name} = ${JSON.stringify(initial)}${unit ? ` ${unit}` : ''}  ${description ?? ''}`;
  });
}

/** Arrays with their axes and units, e.g. `profile [radius] counts`. */
function named(arrays: readonly ArrayName[]): string {
  return arrays
    .map((name) => {
      const { axes, unit } = ARRAYS[name];
      return `${name}${axes.length > 0 ? ` [${axes.join(', ')}]` : ''} ${unit}`;
    })
    .join(', ');
}
