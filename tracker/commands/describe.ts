import type { Command } from 'commander';
import { z } from 'zod';
import { ARRAYS, type ArrayName, type Stage } from '#stages/define.ts';
import { STAGES } from '#stages/index.ts';
import { PRESET_NAMES, PRESETS, type PresetName, presetPlan } from '#stages/presets.ts';
import { describeConfig } from '../config.ts';

/** `describe`: the stages and presets with their parameters, and every setting with its default. */
export function registerDescribe(command: Command): void {
  command
    .argument('[what]', 'config, stages, presets, or one stage or preset by name', 'stages')
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
  return stages.length > 0 ? stages.flatMap(describeStage) : null;
}

function describePreset(name: PresetName): string[] {
  const steps = presetPlan(name).flatMap(({ stage, params }) => [
    `  ${stage}`,
    ...Object.entries(params).map(([param, value]) => `    ${param} = ${JSON.stringify(value)}`),
  ]);
  return [`${name}: ${PRESETS[name].title}`, ...steps];
}

function describeStage(stage: Stage): string[] {
  const { properties = {} } = z.toJSONSchema(stage.params);
  return [
    `${stage.name}: ${stage.title}`,
    `  reads ${named(stage.reads) || 'pixels'}; writes ${named(stage.writes)}`,
    `  source: ${stage.source}`,
    ...Object.entries(properties).map(([name, param]) => {
      const {
        default: initial,
        description,
        unit,
      } = param as { default?: unknown; description?: string; unit?: string };
      return `  ${name} = ${JSON.stringify(initial)}${unit ? ` ${unit}` : ''}  ${description ?? ''}`;
    }),
  ];
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
