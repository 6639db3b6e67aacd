import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ZipFile } from '#exports/zip-file.ts';
import { pythonWith, skippedWithout } from '../support/python.ts';
import { runPython } from '../support/run-python.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder();

const READ = `
import sys, zipfile, json
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({i.filename: [z.read(i).decode(), i.extract_version] for i in z.infolist()}))`;

// Sizes from which ZIP64 is used: for every file, for the large one, for what lies far behind, for none.
test.skipIf(!pythonWith('zipfile')).each([
  [0, [45, 45, 45]],
  [150, [20, 45, 45]],
  [250, [20, 20, 45]],
  [2 ** 32 - 1, [20, 20, 20]],
])(
  `with ZIP64 from %i bytes on, another program finds every file${skippedWithout('zipfile')}`,
  (from, versions) => {
    const path = join(folder, `${from}.zip`);
    const texts = { first: 'abc', 'µ second': 'x'.repeat(200), third: 'the end' };
    const files = Object.entries(texts).map(([name, text]) => ({ name, bytes: text.length }));
    const zip = new ZipFile(path, files, from);
    // Side by side, as columns come.
    zip.append(2, Buffer.from('the '));
    zip.append(0, Buffer.from('abc'));
    zip.append(1, Buffer.from(texts['µ second']));
    zip.append(2, Buffer.from('end'));
    zip.finish();
    zip.close();
    expect(readFileSync(path).includes('PK\x06\x06')).toBe(from < 2 ** 32 - 1);
    const expected = Object.entries(texts).map(([name, text], at) => [name, [text, versions[at]]]);
    expect(JSON.parse(runPython(['zipfile'], READ, path))).toEqual(Object.fromEntries(expected));
  },
);
