import type { Command } from 'commander';
import { z } from 'zod';
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
        console.log(
          `${stage.name}: ${stage.title}\n  reads ${stage.reads.join(', ') || 'pixels'}; writes ${stage.writes.join(', ')}`,
        );
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
