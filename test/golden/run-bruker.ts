import { isDeepStrictEqual } from 'node:util';
import { generateBrukerNamingConvention } from '#calcium-files/bruker-name.ts';
import { readBrukerCase, readBrukerManifest } from './bruker-folder.ts';

/** Reads every series of a folder and prints what differs; null for a folder of other cases. */
export async function runBruker(folder: string): Promise<boolean | null> {
  const manifest = readBrukerManifest(folder);
  if (!manifest) return null;
  const wrong: string[] = [];
  for (const golden of manifest.cases) {
    const read = await readBrukerCase(folder, golden).catch((error: unknown) => `got ${error}`);
    const differing =
      typeof read === 'string'
        ? [read]
        : Object.keys(read).filter((what) => !isDeepStrictEqual(...(read[what] as [unknown, unknown])));
    if (differing.length > 0) wrong.push(`FAILED ${golden.case}: ${differing.join(', ')}`);
  }
  for (const { channel, plane, num_channels: channels, num_planes: planes, sensible } of manifest.naming) {
    const is = generateBrukerNamingConvention(channel, plane, channels, planes);
    if (is !== sensible) wrong.push(`FAILED name: got ${is}, want ${sensible}`);
  }
  for (const line of wrong) console.log(line);
  const cases = manifest.cases.length + manifest.naming.length;
  console.log(JSON.stringify({ cases, passed: cases - wrong.length, failed: wrong.length }));
  return wrong.length === 0;
}
