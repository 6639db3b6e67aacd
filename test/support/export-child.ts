/** Writes half an export and waits to be ended: `export-child.ts FILE [listens]`. Prints a line when it has begun. */
import { writeFileSync } from 'node:fs';
import { writeWhole } from '#exports/whole-file.ts';

const [path, listens] = process.argv.slice(2) as [string, string | undefined];
if (listens) process.once('SIGTERM', () => process.exit(7));
await writeWhole(path, false, async (temporary) => {
  writeFileSync(temporary, 'half');
  process.stdout.write('begun\n');
  // A promise alone does not keep a program alive.
  setInterval(() => {}, 1e6);
  await new Promise(() => {});
});
