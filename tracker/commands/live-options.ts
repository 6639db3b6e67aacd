import type { Command } from 'commander';
import type { EngineChoice } from '#engines/choose-engine.ts';
import { ConfigError } from '#protocol/errors.ts';
import type { Plan } from '#stages/plan.ts';
import type { PresetName } from '#stages/presets.ts';
import { type Config, defaultConfig, readConfig, withPreset } from '../config.ts';
import { type BeadZLuts, NO_Z_LUTS, readBeadZLuts, roiSizeOf } from './bead-z-luts.ts';
import { type MovieOptions, movieConfig, withMovieOptions } from './movie-options.ts';
import { engineOption, presetOption, wholeNumber } from './options.ts';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Options that every command with a live tracker has. */
export interface LiveOptions extends MovieOptions {
  config?: string;
  port?: number;
  engine?: EngineChoice;
  preset?: PresetName;
  out?: string;
  record: boolean;
  follow?: boolean;
}

/** Adds them to a command. */
export function withLiveOptions(command: Command): Command {
  return withMovieOptions(command)
    .option('--config <file>', 'TOML settings; `describe config` prints them all')
    .option('--port <port>', 'port; 0 takes any free one', wholeNumber)
    .option('--out <folder>', 'folder for recordings')
    .option('--no-record', 'do not record')
    .option('--follow', 'ROIs move with their beads by whole px, unless their list says otherwise')
    .addOption(presetOption())
    .addOption(engineOption().default(undefined));
}

/** The configuration file with what the command line says on top. */
export function liveConfig(options: LiveOptions): Config {
  const config = withPreset(options.config ? readConfig(options.config) : defaultConfig(), options.preset);
  if (options.port !== undefined) config.server.port = options.port;
  if (options.engine !== undefined) config.engine.engine = options.engine;
  if (options.out !== undefined) config.recording.folder = options.out;
  if (options.follow !== undefined) config.rois.follow = options.follow;
  if (!options.record) {
    for (const { recording } of [config, ...Object.values(config.cameras)]) {
      if (recording) recording.enabled = false;
    }
  }
  return movieConfig(config, options);
}

/** Options of a tracker that measures cells. */
export interface CalciumOptions {
  calcium?: boolean;
  cells?: string;
}

/** Adds them to a command. */
export function withCalciumOptions(command: Command): Command {
  return command
    .option('--calcium', 'measure the light of cells in every frame, beside the beads')
    .option('--cells <file>', 'cells to start with: .npy [row, column] of their numbers; implies --calcium');
}

/** The settings with what the command line says of cells on top. */
export function calciumConfig(config: Config, { calcium, cells }: CalciumOptions): Config {
  const enabled = calcium === true || cells !== undefined || config.calcium.enabled;
  return { ...config, calcium: { ...config.calcium, enabled, ...(cells !== undefined && { cells }) } };
}

/** Options of a tracker that others may reach. */
export interface NetworkOptions {
  host?: string;
  tokens?: string;
  tlsCert?: string;
  tlsKey?: string;
}

/** Adds them to a command. */
export function withNetworkOptions(command: Command): Command {
  return command
    .option('--host <address>', 'address to listen on, e.g. 0.0.0.0; any but 127.0.0.1 needs --tokens')
    .option('--tokens <file>', 'TOML file of tokens by role; made with new ones if there is none')
    .option('--tls-cert <file>', 'PEM file of the certificate: serves https and wss')
    .option('--tls-key <file>', 'PEM file of its private key');
}

/** The settings with what the command line says of the network on top. */
export function networkConfig(config: Config, { host, tokens, tlsCert, tlsKey }: NetworkOptions): Config {
  const given = Object.entries({ host, tokens, tlsCert, tlsKey }).filter(([, value]) => value !== undefined);
  return { ...config, server: { ...config.server, ...Object.fromEntries(given) } };
}

/**
 * Checks that the settings keep to this machine, as a demonstration does.
 * @throws {ConfigError} when they open the tracker to others
 */
export function assertOwnMachine({ server }: Config): void {
  const { host, tokens, tlsCert } = server;
  if (host === '127.0.0.1' && tokens === undefined && tlsCert === undefined) return;
  throw new ConfigError({
    where: 'server',
    expected: 'no host, tokens or certificate, as a demonstration keeps to 127.0.0.1',
    received: Object.keys({ ...(host !== '127.0.0.1' && { host }), tokens, tlsCert }).join(', '),
    remedy: 'start the tracker with serve and the camera with camera simulated',
  });
}

/** Size of a new ROI: what the settings say, what the Z-LUTs were built with, or 64 px. */
export function newRoiSize(config: Config, plan: Plan, zLuts: BeadZLuts): number {
  return config.rois.size ?? roiSizeOf(zLuts, plan) ?? 64;
}

/** The Z-LUTs of the settings. */
export async function configuredZLuts({ zLut: { file } }: Config): Promise<BeadZLuts> {
  return file === undefined ? NO_Z_LUTS : readBeadZLuts(file);
}

/** Resolves when a person or the system asks the process to stop; when asked again, it ends at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
      resolve();
    };
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
  });
}
