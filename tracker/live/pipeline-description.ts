import { z } from 'zod';
import type {
  DescribedStep,
  ParamDescription,
  ParamValue,
  PipelineMessage,
  StageDescription,
} from '#protocol/pipeline-message.ts';
import type { Stage } from '#stages/define.ts';
import { STAGES } from '#stages/index.ts';
import type { Plan } from '#stages/plan.ts';
import { PRESET_NAMES, PRESETS, presetPlan } from '#stages/presets.ts';

/** What the JSON schema says of a parameter. */
interface ParamSchema {
  type?: string;
  title?: string;
  description?: string;
  unit?: string;
  default?: ParamValue;
  minimum?: number;
  maximum?: number;
  enum?: (string | number)[];
}

let described: Pick<PipelineMessage, 'stages' | 'presets'> | null = null;

/** Every stage and preset as plain values, drawn from their definitions once. */
export function describePipeline(): Pick<PipelineMessage, 'stages' | 'presets'> {
  described ??= {
    stages: STAGES.map(describeStage),
    presets: PRESET_NAMES.map((name) => ({
      name,
      title: PRESETS[name].title,
      steps: describeSteps(presetPlan(name)),
    })),
  };
  return described;
}

/** The steps of a plan; their parameters are plain values, as those of all stages are. */
export function describeSteps(plan: Plan): DescribedStep[] {
  return plan.map(({ stage, params }) => ({ stage, params: params as DescribedStep['params'] }));
}

function describeStage({ name, title, source, reads, writes, params }: Stage): StageDescription {
  const properties = Object.entries(z.toJSONSchema(params).properties ?? {});
  return {
    ...{ name, title, source, reads, writes },
    params: properties.map(([param, schema]) => describeParam(param, schema as ParamSchema)),
  };
}

function describeParam(name: string, schema: ParamSchema): ParamDescription {
  const { title = name, description = '', unit = null, default: initial, minimum, maximum } = schema;
  return {
    ...{ name, title, description, unit },
    type: schema.enum ? 'choice' : (schema.type as ParamDescription['type']),
    default: initial!,
    min: minimum ?? null,
    max: maximum ?? null,
    choices: schema.enum ?? null,
  };
}
