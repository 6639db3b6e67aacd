import type { Command } from 'commander';
import { z } from 'zod';
import { ARRAYS, type ArrayName } from '#stages/define.ts';
import { STAGES } from '#stages/index.ts';
import { describeConfig } from '../config.ts';

/** `describe`: the stages with their parameters, and every setting with its default. */
export function registerDescribe(program: Command): void {
  program
    .command('describe')
    .description('print the stages of the pipeline, or every setting with its default')
    .argument('[what]', 'config, stages or one stage by name', 'stages')
    .action((what: string) => {
      if (what === 'config') {
        console.log(describeConfig().join('\n'));
        return;
      }
      const stages = STAGES.filter(({ name }) => what === 'stages' || name === what);
      if (stages.length === 0) program.error(`error: there is no stage '${what}'`);
      for (const stage of stages) {
        console.log(`${stage.name}: ${stage.title}`);
        console.log(`  reads ${named(stage.reads) || 'pixels'}; writes ${named(stage.writes)}`);
        console.log(`  source: ${stage.source}`);
        const { properties = {} } = z.toJSONSchema(stage.params);
        for (const [name, param] of Object.entries(properties)) {
          const {
            default: initial,
            description,
            unit,
          } = param as { default?: unknown; description?: string; unit?: string };
          console.log(
            `  ${name} = ${JSON.stringify(initial)}${unit ? ` ${unit}` : ''}  ${description ?? ''}`,
          );
        }
      }
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
