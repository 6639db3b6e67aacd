import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ADAPTERS, PYTHON_ADAPTERS } from '#camera-adapters/adapters.ts';
import { ConfigError } from '#protocol/errors.ts';
import { pythonFor } from './camera-python.ts';

const ARAVIS = fileURLToPath(new URL('../../camera-adapters/python/aravis_camera.py', import.meta.url));

/** Prints every kind of camera, its settings with units and ranges, and the devices that are there. */
export function listCameras(kind?: string): void {
  const names = [...ADAPTERS, ...PYTHON_ADAPTERS].map(({ name }) => name);
  if (kind !== undefined && !names.includes(kind)) {
    throw new ConfigError({
      where: 'camera list',
      expected: `one of ${names.join(', ')}`,
      received: `'${kind}'`,
    });
  }
  for (const { name, description, options } of ADAPTERS) {
    if (kind !== undefined && kind !== name) continue;
    console.log(`${name}: ${description}`);
    for (const line of settingLines(options)) console.log(`  ${line}`);
    if (name === 'ffmpeg') printDevices(videoDevices());
  }
  for (const adapter of PYTHON_ADAPTERS) {
    if (kind !== undefined && kind !== adapter.name) continue;
    console.log(`${adapter.name}: ${adapter.description}`);
    const python = pythonFor(adapter);
    if (!python) console.log(`  not here: apt-get install ${adapter.packages}`);
    else if (adapter.name === 'aravis') printDevices(aravisDevices(python));
  }
}

function printDevices(devices: readonly string[]): void {
  for (const device of devices) console.log(`  device: ${device}`);
  if (devices.length === 0) console.log('  no device found');
}

/** `fps: Frames a second (above 0, at most 100000; default 100)` for every setting. */
function settingLines(options: z.ZodObject): string[] {
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => {
    const setting = property as z.core.JSONSchema.BaseSchema;
    const facts = [rangeOf(setting), defaultOf(setting)].filter(Boolean).join('; ');
    return `${name}: ${setting.description ?? ''}${facts && ` (${facts})`}`;
  });
}

/** Numbers that stand for no bound of ours. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

function rangeOf({ enum: choices, ...setting }: z.core.JSONSchema.BaseSchema): string {
  if (choices) return choices.join(', ');
  const { exclusiveMinimum: above, minimum: least, exclusiveMaximum: below, maximum: most } = setting;
  return [
    above !== undefined && `above ${above}`,
    least !== undefined && Math.abs(least) < UNBOUNDED && `at least ${least}`,
    below !== undefined && `below ${below}`,
    most !== undefined && Math.abs(most) < UNBOUNDED && `at most ${most}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function defaultOf({ default: initial }: z.core.JSONSchema.BaseSchema): string {
  return initial === undefined || initial === '' ? '' : `default ${[initial].flat().join(',')}`;
}

/** Devices of Video4Linux, which the kernel names one after the other. */
function videoDevices(): string[] {
  try {
    return readdirSync('/dev')
      .filter((name) => /^video\d+$/.test(name))
      .map((name) => `/dev/${name}`);
  } catch {
    return [];
  }
}

function aravisDevices(python: string): string[] {
  const { stdout } = spawnSync(python, [ARAVIS, '--list'], { encoding: 'utf8', timeout: 20_000 });
  return stdout.split('\n').filter(Boolean);
}
