import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `3` is a number, `1,2,3` a list, `{"from":10}` JSON, the rest text; the schema checks what it may be. */
function value(text: string): unknown {
  if (/^[{[]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      throw new InvalidArgumentError('expected JSON.');
    }
  }
  if (text.includes(',')) return text.split(',').map(value);
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Adds an option for every setting of a schema: its name in kebab-case, its description and its default. */
export function addSchemaOptions(
  command: Command,
  schema: z.ZodObject,
  except: readonly string[] = [],
): void {
  for (const [name, setting] of Object.entries(schema.shape)) {
    if (except.includes(name)) continue;
    const { description = '' } = (setting as z.ZodType).meta() ?? {};
    const initial = (setting as z.ZodType).safeParse(undefined).data;
    if (typeof initial === 'boolean') {
      command.option(`--${kebab(name)}`, description);
      continue;
    }
    const shown = initial === undefined ? '' : ` (default: ${[initial].flat().join(',')})`;
    command.addOption(new Option(`--${kebab(name)} <value>`, `${description}${shown}`).argParser(value));
  }
}

/** The settings given on the command line, unchecked; what was not given is absent. */
export function schemaSettings(
  schema: z.ZodObject,
  options: Record<string, unknown>,
): Record<string, unknown> {
  const given = Object.entries(options).filter(
    ([name, setting]) => name in schema.shape && setting !== undefined,
  );
  return Object.fromEntries(given);
}

/** The same settings as arguments of another process. */
export function schemaArguments(settings: Record<string, unknown>): string[] {
  return Object.entries(settings)
    .filter(([, setting]) => setting !== undefined)
    .flatMap(([name, setting]) =>
      setting === true
        ? [`--${kebab(name)}`]
        : [`--${kebab(name)}`, typeof setting === 'string' ? setting : JSON.stringify(setting)],
    );
}
