import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '..');
const OUT = join(HERE, 'dist');

const pathFrom = (folder: string, path: string) => relative(folder, path).split(sep).join('/');

/** Writes down what the sources were when they were built, so that `bin.mjs` can tell whether they still are. */
function writeSources(): Plugin {
  const sources = new Map<string, string>();
  return {
    name: 'write-sources',
    enforce: 'pre',
    buildStart() {
      sources.clear();
      sources.set('package.json', readFileSync(join(ROOT, 'package.json'), 'utf8'));
    },
    transform(code, id) {
      if (id.endsWith('.ts')) sources.set(pathFrom(ROOT, id), code);
      return null;
    },
    writeBundle() {
      const paths = [...sources.keys()].sort();
      const hash = createHash('sha1');
      for (const path of paths) hash.update(sources.get(path)!);
      writeFileSync(
        join(OUT, 'sources.json'),
        JSON.stringify({ hash: hash.digest('base64'), paths }, null, 1),
      );
    },
  };
}

/** Lets a built module find the files beside its source: what is built lies flat in one folder. */
function keepPlaces(): Plugin {
  return {
    name: 'keep-places',
    enforce: 'pre',
    transform(code, id) {
      return code.replaceAll('import.meta.url', `new URL('${pathFrom(OUT, id)}', import.meta.url).href`);
    },
  };
}

export default defineConfig({
  root: HERE,
  plugins: [writeSources(), keepPlaces()],
  build: {
    ssr: true,
    outDir: OUT,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: [
        'main.ts',
        'calcium-live/calcium-worker.ts',
        'engines/threads/engine-worker.ts',
        'engines/wasm/wasm-worker.ts',
        'live/pipeline-worker.ts',
        'live/proposal-worker.ts',
        'live/recordings-worker.ts',
        'live/z-lut-worker.ts',
        'movies/movie-worker.ts',
      ],
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
