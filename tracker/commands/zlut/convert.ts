import type { Command } from 'commander';
import { ConfigError } from '#protocol/errors.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { formatOfName, writeZLuts } from '#protocol/z-lut-file.ts';
import { lostIn, notingSource, planOutputs } from '#zlut-tools/convert.ts';
import { readSource, type SourceOptions, withSourceOptions } from './source.ts';

interface ConvertOptions extends SourceOptions {
  force?: boolean;
}

/** `zlut convert`: Z-LUTs to and from the files of other programs. */
export function registerConvert(zlut: Command): void {
  const convert = zlut
    .command('convert')
    .description('write a Z-LUT in the layout of another program')
    .argument(
      '<files...>',
      'the Z-LUT, then the file to write: .zlut, .npy (MagTrack), .txt (MagScope), .radialzlut (qtrk) or .csv; several Z-LUTs go into one .radialzlut; {bead} in the name writes each bead of one into its own file',
    );
  withSourceOptions(convert).option('--force', 'write over an existing file').action(run);
}

async function run(files: readonly string[], options: ConvertOptions): Promise<void> {
  const [sources, target] = [files.slice(0, -1), files.at(-1)!];
  if (sources.length === 0) {
    throw new ConfigError({
      where: 'zlut convert',
      expected: 'a Z-LUT and the file to write',
      received: `'${target}' alone`,
    });
  }
  const zLuts: ZLut[] = [];
  for (const source of sources) {
    for (const zLut of await readSource(source, options)) zLuts.push(notingSource(zLut, source, target));
  }
  for (const { path, zLuts: chosen } of planOutputs(zLuts, target, options.bead)) {
    await writeZLuts(path, chosen, options.force ?? false);
    const { planes, radii } = chosen[0]!;
    const beads = chosen.length === 1 ? '' : `${chosen.length} beads, `;
    console.error(`${path}: ${beads}${planes} planes, ${radii} radii`);
    tellLost(path, chosen);
  }
}

/** Says what a file just written does not hold. */
export function tellLost(path: string, zLuts: readonly ZLut[]): void {
  const format = formatOfName(path);
  for (const lost of new Set(zLuts.flatMap((zLut) => lostIn(format, zLut))))
    console.error(`${path} does not hold ${lost}`);
}
