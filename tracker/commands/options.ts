import { InvalidArgumentError, Option } from 'commander';
import { ENGINE_CHOICES } from '#engines/choose-engine.ts';
import { ConfigError } from '#protocol/errors.ts';
import { PRESET_NAMES } from '#stages/presets.ts';

/** A number on the command line. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

/** A whole number from 0 on the command line. */
export function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('expected a whole number from 0.');
  return value;
}

/** A time such as `10s`, `500ms`, `5m` or `2h`, in ms. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  if (!match) throw new InvalidArgumentError('expected a time such as 500ms, 10s, 5m or 2h.');
  return Number(match[1]) * { ms: 1, s: 1e3, m: 60e3, h: 3600e3 }[match[2] as 'ms' | 's' | 'm' | 'h'];
}

/** `--engine`, the same for every command that tracks. */
export function engineOption(): Option {
  return new Option(
    '--engine <engine>',
    'who computes: auto takes the fastest that passes its self-test, never a software GPU',
  )
    .choices(ENGINE_CHOICES)
    .default('auto');
}

/** `--preset`, the same for every command with a pipeline. */
export function presetOption(): Option {
  return new Option('--preset <name>', 'pipeline by name, instead of that of the settings').choices(
    PRESET_NAMES,
  );
}

/**
 * Frames of a stack by a slice `start:stop:step`, each part optional, as Python writes it: `::2` are the even frames.
 * @throws {ConfigError} when it is no slice or selects nothing
 */
export function selectFrames(slice: string | undefined, frames: number): number[] {
  const match = /^(\d*):(\d*)(?::(\d*))?$/.exec(slice ?? ':');
  const [start, stop, step] = [
    Number(match?.[1] || 0),
    Number(match?.[2] || frames),
    Number(match?.[3] || 1),
  ];
  const selected: number[] = [];
  if (match && step > 0)
    for (let frame = start; frame < Math.min(stop, frames); frame += step) selected.push(frame);
  if (selected.length > 0) return selected;
  throw new ConfigError({
    where: '--frames',
    expected: `start:stop:step within the ${frames} frames of the stack, e.g. ::2 for the even ones`,
    received: `'${slice}'`,
  });
}
