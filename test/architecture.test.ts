import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** Which folder may import which: a folder is a step of the data's way, an arrow is an import. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'tracker/protocol': [],
  'tracker/numerics': [],
  'tracker/stages': ['tracker/protocol', 'tracker/numerics'],
  'tracker/simulation': ['tracker/protocol', 'tracker/numerics', 'tracker/calcium'],
  'tracker/calcium': ['tracker/protocol', 'tracker/numerics', 'tracker/assembly-script.ts'],
  'tracker/calcium-files': ['tracker/protocol', 'tracker/calcium', 'camera-adapters'],
  'tracker/calcium-gpu': ['tracker/protocol', 'tracker/calcium', 'tracker/engines'],
  'tracker/calcium-stages': ['tracker/protocol', 'tracker/calcium'],
  'tracker/calcium-live': [
    'tracker/protocol',
    'tracker/calcium',
    'tracker/calcium-stages',
    'tracker/engines',
    'tracker/sinks',
  ],
  'tracker/rois': ['tracker/protocol'],
  'tracker/engines': ['tracker/protocol', 'tracker/stages', 'tracker/assembly-script.ts'],
  'tracker/api': ['tracker/protocol', 'tracker/stages', 'tracker/simulation'],
  'tracker/pipeline': ['tracker/protocol', 'tracker/stages', 'tracker/engines', 'tracker/sinks'],
  'tracker/sinks': ['tracker/protocol'],
  'tracker/ingest': ['tracker/protocol', 'tracker/sinks'],
  'tracker/recording': [
    'tracker/protocol',
    'tracker/calcium',
    'tracker/sinks',
    'tracker/stages',
    'tracker/engines',
  ],
  'tracker/movies': ['tracker/protocol', 'tracker/calibration', 'tracker/engines', 'tracker/recording'],
  'tracker/exports': ['tracker/protocol', 'tracker/recording'],
  'tracker/motors': ['tracker/protocol'],
  'tracker/settings': ['tracker/protocol', 'tracker/calcium-stages', 'tracker/config.ts', 'camera-adapters'],
  'tracker/calibration': ['tracker/protocol', 'tracker/motors', 'tracker/rois', 'tracker/stages'],
  'tracker/live': [
    'tracker/protocol',
    'tracker/rois',
    'tracker/stages',
    'tracker/engines',
    'tracker/pipeline',
    'tracker/sinks',
    'tracker/ingest',
    'tracker/recording',
    'tracker/exports',
    'tracker/movies',
    'tracker/motors',
    'tracker/calibration',
    'tracker/calcium',
    'tracker/calcium-stages',
    'tracker/calcium-live',
    'tracker/config.ts',
    'tracker/settings',
    'zlut-tools',
  ],
  'camera-adapters': ['tracker/protocol', 'tracker/simulation'],
  'zlut-tools': ['tracker/protocol', 'tracker/engines', 'tracker/stages'],
  dashboard: ['tracker/protocol'],
};

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !path.split('/').includes('dist'))
    .map((path) => join(folder, path));
}

const aliases: Record<string, string> = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).imports;

/** Folder of the project an import leads to, or null for a package. */
function target(from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return relative(ROOT, resolve(ROOT, dirname(from), specifier));
  const alias = Object.keys(aliases).find((name) => specifier.startsWith(name.replace('*', '')));
  if (!alias) return null;
  return aliases[alias]!.replace('./', '').replace('*', specifier.slice(alias.length - 1));
}

const folderOf = (path: string) => Object.keys(MAY_IMPORT).find((folder) => path.startsWith(`${folder}/`));

test.each(Object.keys(MAY_IMPORT))('%s imports only what lies before it on the way of a frame', (folder) => {
  const wrong: string[] = [];
  for (const file of sources(folder)) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
      const path = target(file, specifier!);
      if (path === null || path.startsWith(`${folder}/`)) continue;
      const to = folderOf(path) ?? path;
      if (!MAY_IMPORT[folder]!.includes(to)) wrong.push(`${file} -> ${path}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the arrows never lead back to where they came from', () => {
  const reachable = (folder: string, seen = new Set<string>()): Set<string> => {
    for (const next of MAY_IMPORT[folder] ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reachable(next, seen);
    }
    return seen;
  };
  expect(Object.keys(MAY_IMPORT).filter((folder) => reachable(folder).has(folder))).toEqual([]);
});

test('every source file has at most 300 lines', () => {
  const long = [...Object.keys(MAY_IMPORT), 'tracker']
    .flatMap(sources)
    .filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 300);
  expect(long).toEqual([]);
});
