import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { defineConfig } from 'vite';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const manifest: { imports: Record<string, string>; dependencies: Record<string, string> } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);
const TYPES = join(HERE, 'dist/types');

/** Declares the types of the built API: those of its sources, with the project's aliases made relative. */
function writeTypes(): void {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '--project', HERE], { stdio: 'inherit' });
  for (const path of readdirSync(TYPES, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.d.ts')) continue;
    const file = join(TYPES, path);
    const text = readFileSync(file, 'utf8').replace(/(['"])([#.][^'"]*)\.ts\1/g, (_, quote, specifier) => {
      return `${quote}${builtPath(file, specifier)}.js${quote}`;
    });
    writeFileSync(file, text);
  }
}

/** Relative path of an import of a declaration. */
function builtPath(file: string, specifier: string): string {
  const alias = Object.entries(manifest.imports).find(([name]) => specifier.startsWith(name.slice(0, -1)));
  if (!alias) return specifier;
  const [name, target] = alias;
  const to = join(TYPES, target.replace('*', specifier.slice(name.length - 1)));
  const path = relative(dirname(file), to);
  return path.startsWith('.') ? path : `./${path}`;
}

export default defineConfig({
  root: HERE,
  plugins: [{ name: 'declare-types', closeBundle: writeTypes }],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    lib: { entry: 'index.ts', formats: ['es'], fileName: 'index' },
    rolldownOptions: { external: [/^node:/, ...Object.keys(manifest.dependencies)] },
  },
});
