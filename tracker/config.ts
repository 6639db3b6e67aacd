import { readFileSync } from 'node:fs';
import { parse, type TomlTable } from 'smol-toml';
import { z } from 'zod';
import { tcpFocusOptions } from '#camera-adapters/focus-stages/tcp-line.ts';
import { ENGINE_CHOICES, MOST_THREADS } from '#engines/choose-engine.ts';
import { ROI_STREAMING } from '#ingest/streamed-rois.ts';
import { FOLLOW_PX } from '#pipeline/follow-rois.ts';
import { ConfigError } from '#protocol/errors.ts';
import { MAX_ROI_SIZE, MIN_ROI_SIZE } from '#protocol/roi.ts';
import { STAGES } from '#stages/index.ts';
import { type Plan, parsePlan } from '#stages/plan.ts';
import { PRESET_NAMES, type PresetName, presetSteps } from '#stages/presets.ts';
import { calciumSection } from './settings/calcium-settings.ts';
import { assertCameraNames, camerasSection, describeCameras } from './settings/camera-settings.ts';
import { knownKeys } from './settings/known-keys.ts';
import { motorSections } from './settings/motor-settings.ts';
import { movieSection } from './settings/movie-settings.ts';

const { address, moveCommand, positionCommand, stopCommand, ...tcpFocus } = tcpFocusOptions.shape;

const ofOne = z.strictObject({
  server: z
    .strictObject({
      host: z
        .string()
        .min(1)
        .default('127.0.0.1')
        .describe('address to listen on; any but this machine itself needs tokens'),
      port: z.number().int().min(0).max(65535).default(8321).describe('port; 0 takes any free one'),
      hosts: z
        .array(z.string().min(1))
        .default([])
        .describe('further host names by which peers reach this machine'),
      tokens: z
        .string()
        .min(1)
        .optional()
        .describe('TOML file of tokens by role; made with new ones if there is none'),
      tlsCert: z.string().min(1).optional().describe('PEM file of the certificate: serves https and wss'),
      tlsKey: z.string().min(1).optional().describe('PEM file of its private key'),
      maxViewers: z.number().int().min(1).max(1000).default(16).describe('dashboards of a camera at a time'),
      maxFrameMiB: z
        .number()
        .int()
        .min(1)
        .max(1024)
        .default(129)
        .describe('largest message of a camera: 129 holds 8192 x 8192 px of 16 bits'),
    })
    .prefault({}),
  camera: z
    .strictObject({
      window: z
        .number()
        .int()
        .min(1)
        .max(64)
        .default(6)
        .describe('frames under way; more hide the link, fewer bound latency under overload'),
      roiStreaming: z
        .enum(ROI_STREAMING)
        .default('auto')
        .describe('auto: cameras that can send the ROIs only, where these are less than half of the frame'),
    })
    .prefault({}),
  focusStage: z
    .strictObject({
      kind: z
        .enum(['camera', 'tcp'])
        .default('camera')
        .describe('camera: the one that comes with the camera, if any; tcp: one that is spoken to in lines'),
      fromNm: z.number().optional().describe('lower end of its moves, nm; default: its own; needed for tcp'),
      toNm: z.number().optional().describe('upper end of its moves, nm'),
      moveTimeoutMs: z
        .number()
        .positive()
        .max(600_000)
        .default(10_000)
        .describe('for a move to arrive and settle, ms'),
      ...{ address: address.optional(), moveCommand: moveCommand.optional() },
      ...{ positionCommand: positionCommand.optional(), stopCommand: stopCommand.optional() },
      ...tcpFocus,
    })
    .prefault({}),
  ...motorSections,
  engine: z
    .strictObject({
      engine: z.enum(ENGINE_CHOICES).default('auto').describe('who computes'),
      threads: z
        .number()
        .int()
        .min(0)
        .max(MOST_THREADS)
        .default(0)
        .describe('threads of wasm and reference; 0 is one less than there are cores'),
      maxBatch: z.number().int().min(1).max(64).default(4).describe('frames of one batch at most'),
    })
    .prefault({}),
  rois: z
    .strictObject({
      size: z
        .number()
        .int()
        .min(MIN_ROI_SIZE)
        .max(MAX_ROI_SIZE)
        .optional()
        .describe('px of a new ROI; default: what the Z-LUT was built with, else 64'),
      file: z.string().optional().describe('CSV of ROIs to start with'),
      follow: z
        .boolean()
        .default(false)
        .describe('ROIs move with their beads by whole px, unless the list of ROIs says otherwise'),
      followPx: z
        .number()
        .min(0.5)
        .max(MAX_ROI_SIZE / 4)
        .default(FOLLOW_PX)
        .describe('px from the middle of a following ROI at which it moves'),
    })
    .prefault({}),
  zLut: z
    .strictObject({
      file: z
        .string()
        .optional()
        .describe(
          'Z-LUT of all beads, a folder of bead-ID.zlut, or a CSV list with bead,file; none: x and y only',
        ),
      folder: z
        .string()
        .min(1)
        .optional()
        .describe('folder that Z-LUTs are kept in; default: z-luts in the folder of recordings'),
    })
    .prefault({}),
  recording: z
    .strictObject({
      enabled: z.boolean().default(true).describe('record every run'),
      folder: z.string().default('runs').describe('folder that run folders are made in'),
      queueMiB: z
        .number()
        .int()
        .min(1)
        .max(1024)
        .default(64)
        .describe(
          'rows of a file that wait for a slow or full disk at most; frames after that are not recorded',
        ),
    })
    .prefault({}),
  rig: z
    .strictObject({
      file: z
        .string()
        .min(1)
        .optional()
        .describe(
          'JSON file that keeps beads, names of runs and notes; default: rig.json beside the run folders, unless nothing is recorded',
        ),
    })
    .prefault({}),
  pipeline: z
    .strictObject({
      preset: z
        .enum(PRESET_NAMES)
        .default('magtrack')
        .describe('a pipeline by name; `describe presets` prints them all'),
      stages: z.array(z.string()).optional().describe("stages in the order they run; default: the preset's"),
      params: z
        .partialRecord(z.enum(STAGES.map(({ name }) => name)), z.record(z.string(), z.unknown()))
        .default({})
        .describe("parameters of stages, by stage name, on top of the preset's"),
    })
    .prefault({}),
  calcium: calciumSection.prefault({}),
  movie: movieSection.prefault({}),
});

/** Settings of a tracker of one camera. */
export type CameraConfig = z.output<typeof ofOne>;

const schema = ofOne.extend({
  cameras: camerasSection(ofOne.shape)
    .default({})
    .describe('further cameras, by name, each with sections of its own'),
});

/** Every setting of the service, checked and complete. */
export type Config = z.output<typeof schema>;

/** Settings of the network side. */
export type ServerSettings = Config['server'];

/** The settings that hold when nothing is said. */
export function defaultConfig(): Config {
  return schema.parse({});
}

/**
 * Reads a TOML configuration.
 * @throws {ConfigError} naming the file and line, or the key
 */
export function readConfig(path: string): Config {
  let raw: unknown;
  try {
    raw = withStages(parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const received = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new ConfigError({ where: path, expected: 'a readable TOML file', received }, cause);
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) {
    assertCameraNames(path, parsed.data);
    return parsed.data;
  }
  const issue = parsed.error.issues[0]!;
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const known = unknownKey === undefined ? [] : knownKeys(schema, issue.path);
  const key = [...issue.path, ...(unknownKey === undefined ? [] : [unknownKey])].join('.');
  throw new ConfigError({
    where: `${path}: ${key}`,
    expected: unknownKey === undefined ? wanted(issue.message) : `one of ${known.join(', ')}`,
    received:
      unknownKey === undefined ? JSON.stringify(valueAt(raw, issue.path)) : `unknown key '${unknownKey}'`,
    remedy: 'see the settings with: tweezertrack describe config',
  });
}

/** The pipeline a configuration asks for, checked. */
export function planOf({ pipeline }: Config): Plan {
  const preset = presetSteps(pipeline.preset);
  const stages = pipeline.stages ?? preset.map(({ stage }) => stage);
  return parsePlan(
    stages.map((stage) => ({
      stage,
      params: { ...preset.find((step) => step.stage === stage)?.params, ...pipeline.params[stage] },
    })),
  );
}

/** The settings with another pipeline: what the file says of its stages goes with the file's own. */
export function withPreset(config: Config, preset: PresetName | undefined): Config {
  return preset === undefined ? config : { ...config, pipeline: { preset, params: {} } };
}

/** One line for every setting: key, default, meaning. */
export function describeConfig(): string[] {
  const lines: string[] = [];
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  for (const [name, part] of Object.entries(json.properties ?? {})) {
    if (name === 'cameras') continue;
    lines.push(`[${name}]`);
    for (const [key, value] of Object.entries((part as z.core.JSONSchema.ObjectSchema).properties ?? {})) {
      const { default: initial, description } = value as z.core.JSONSchema.BaseSchema;
      lines.push(
        `${initial === undefined ? `# ${key} = ` : `${key} = ${JSON.stringify(initial)}`}  # ${description}`,
      );
    }
    lines.push('');
  }
  return [...lines, ...describeCameras()];
}

/** `pipeline = ["center-of-mass", ...]` is short for the stages of that section, of a named camera, too. */
function withStages(toml: TomlTable): TomlTable {
  const { cameras, pipeline, ...others } = toml;
  const isTable = (value: unknown): value is TomlTable =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return {
    ...others,
    ...(pipeline !== undefined && { pipeline: Array.isArray(pipeline) ? { stages: pipeline } : pipeline }),
    ...(cameras !== undefined && {
      cameras: isTable(cameras)
        ? Object.fromEntries(
            Object.entries(cameras).map(([name, own]) => [name, isTable(own) ? withStages(own) : own]),
          )
        : cameras,
    }),
  };
}

/** What zod expected, without what it received, which is told as it was written. */
function wanted(message: string): string {
  return message.replace(/^[^:]*: /, '').replace(/^expected (.*?)(, received \w+)?$/, '$1');
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    raw,
  );
}
