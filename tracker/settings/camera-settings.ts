import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { cameraPath, isCameraName, MAIN_CAMERA, MOST_NAMED_CAMERAS } from '#protocol/camera-name.ts';
import { ConfigError } from '#protocol/errors.ts';
import type { CameraConfig, Config } from '../config.ts';

/** Sections that a named camera may have for itself. */
const OWN_SECTIONS = [
  ...(['camera', 'focusStage', 'magnetTranslation', 'magnetRotation', 'engine'] as const),
  ...(['rois', 'zLut', 'recording', 'pipeline', 'calcium', 'movie'] as const),
];
type OwnSection = (typeof OWN_SECTIONS)[number];

/** Folders beside the runs of the camera without a name. */
const TAKEN_NAMES = ['sweeps', 'z-luts'];

/** What the settings say of a named camera alone. */
type NamedCamera = { [Section in OwnSection]?: Partial<CameraConfig[Section]> | undefined };

/** The sections `[cameras.NAME]`, of the sections there are; none has defaults, as these are those of the top level. */
export function camerasSection(sections: Record<OwnSection, z.ZodPrefault<z.ZodObject>>) {
  const own = OWN_SECTIONS.map((name) => [name, withoutDefaults(sections[name].unwrap()).optional()]);
  const cameras = z.record(z.string(), z.strictObject(Object.fromEntries(own)));
  return cameras as unknown as z.ZodType<Record<string, NamedCamera>>;
}

function withoutDefaults({ shape }: z.ZodObject): z.ZodObject {
  const fields = Object.entries(shape).map(([key, field]) => {
    const inner = field instanceof z.ZodDefault ? field.unwrap() : field;
    return [key, z.optional(inner)];
  });
  return z.strictObject(Object.fromEntries(fields));
}

/**
 * Checks what cameras are called, and how many there are.
 * @throws {ConfigError} naming the camera
 */
export function assertCameraNames(where: string, { cameras }: Config): void {
  const names = Object.keys(cameras);
  const wrong = names.find((name) => !isCameraName(name) || TAKEN_NAMES.includes(name));
  if (wrong !== undefined) {
    const expected = `a name of small letters, digits and hyphens, other than ${TAKEN_NAMES.join(' and ')}`;
    throw new ConfigError({ where: `${where}: cameras`, expected, received: `'${wrong}'` });
  }
  if (names.length > MOST_NAMED_CAMERAS) {
    const expected = `at most ${MOST_NAMED_CAMERAS} besides the one without a name`;
    throw new ConfigError({ where: `${where}: cameras`, expected, received: `${names.length}` });
  }
}

/**
 * The settings of each camera by name, that without one first: what a named one does not say is as for that without.
 *
 * Its files and devices are not: ROIs, Z-LUT, cells, focus stage and magnets are those of one camera. A pipeline is taken over
 * as a whole or not at all. Runs go into a folder of its name, and threads of the CPU are shared out.
 * @param cores of this machine
 * @param usual the settings that hold when nothing is said
 * @throws {ConfigError} when two cameras would record into the same folder
 */
export function cameraConfigs(
  config: Config,
  usual: Config,
  cores = availableParallelism(),
): ReadonlyMap<string, Config> {
  const named = Object.entries(config.cameras);
  if (named.length === 0) return new Map([[MAIN_CAMERA, config]]);
  const threads = shareThreads(config.engine.threads || cores - 1, [
    undefined,
    ...named.map(([, { engine }]) => engine?.threads || undefined),
  ]);
  const all = new Map([[MAIN_CAMERA, withThreads(config, threads[0]!)]]);
  for (const [index, [name, own]] of named.entries()) {
    all.set(name, withThreads(namedConfig(config, usual, name, own), threads[index + 1]!));
  }
  assertOwnFolders(all);
  return all;
}

function namedConfig(config: Config, usual: Config, name: string, own: NamedCamera): Config {
  const { file: _rois, ...rois } = config.rois;
  const { cells: _cells, ...calcium } = config.calcium;
  const folder = join(config.recording.folder, name);
  const rigFile = config.rig.file?.replace(/(\.json)?$/i, `-${name}$1`);
  return {
    ...config,
    camera: { ...config.camera, ...own.camera },
    engine: { ...config.engine, ...own.engine },
    rois: { ...rois, ...own.rois },
    calcium: { ...calcium, ...own.calcium },
    recording: { ...config.recording, folder, ...own.recording },
    movie: { ...config.movie, ...own.movie },
    zLut: { ...own.zLut },
    focusStage: { ...usual.focusStage, ...own.focusStage },
    magnetTranslation: { ...usual.magnetTranslation, ...own.magnetTranslation },
    magnetRotation: { ...usual.magnetRotation, ...own.magnetRotation },
    pipeline: own.pipeline ? { ...usual.pipeline, ...own.pipeline } : config.pipeline,
    rig: rigFile === undefined ? {} : { file: rigFile },
    cameras: {},
  };
}

const withThreads = (config: Config, threads: number): Config => {
  return { ...config, engine: { ...config.engine, threads } };
};

/**
 * Threads of each camera: as many as it says, of the rest of all an equal part, and at least one.
 * @param asked [camera] undefined for one that does not say
 */
export function shareThreads(all: number, asked: readonly (number | undefined)[]): number[] {
  const others = asked.filter((threads) => threads === undefined).length;
  const rest = Math.max(others, all - asked.reduce<number>((sum, threads) => sum + (threads ?? 0), 0));
  let left = rest % others;
  return asked.map((threads) => threads ?? Math.floor(rest / others) + (left-- > 0 ? 1 : 0));
}

function assertOwnFolders(all: ReadonlyMap<string, Config>): void {
  const owners = new Map<string, string>();
  for (const [name, { recording }] of all) {
    const folder = resolve(recording.folder);
    const owner = owners.get(folder);
    if (owner !== undefined) {
      throw new ConfigError({
        where: `cameras.${name}.recording.folder`,
        expected: 'a folder of its own',
        received: `that of ${owner === MAIN_CAMERA ? 'the camera without a name' : `'${owner}'`}`,
      });
    }
    owners.set(folder, name);
  }
}

/** Lines that say what the sections of a named camera may hold. */
export function describeCameras(): string[] {
  return [
    `[cameras.NAME]  # a further camera, at ${cameraPath('NAME')}; as many as ${MOST_NAMED_CAMERAS}, in small letters, digits and hyphens`,
    `# may have, as [cameras.NAME.rois], its own ${OWN_SECTIONS.join(', ')}: keys as above`,
    '# what it does not say is as above, but for files and devices: those are of the camera without a name',
    '# it records into a folder NAME in the folder above; threads that nobody asks for are shared out',
    '',
  ];
}
