import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { builtDashboard } from '../support/built-dashboard.ts';

const MOST_KB = 150;

test(`the dashboard with all its views is less than ${MOST_KB} kB to load, gzip`, async () => {
  const dist = await builtDashboard();
  const kB = (path: string) => gzipSync(readFileSync(join(dist, path)), { level: 9 }).length / 1000;
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const files = ['index.html', ...readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`)];
  const all = files.reduce((sum, path) => sum + kB(path), 0);
  const first = files.filter((path) => path === 'index.html' || html.includes(path));
  expect(first.length).toBeGreaterThan(2);
  const firstLoad = first.reduce((sum, path) => sum + kB(path), 0);
  console.log(`gzip: ${firstLoad.toFixed(1)} kB at first, ${all.toFixed(1)} kB with all views`);
  expect(all).toBeLessThan(MOST_KB);
});
