import type { Command } from 'commander';
import { readZLut } from '#protocol/z-lut-file.ts';
import { compareZLuts, type ZLutComparison } from '#zlut-tools/compare.ts';

/** `zlut compare`: how the heights of one Z-LUT are found in another. */
export function registerCompare(zlut: Command): void {
  zlut
    .command('compare')
    .description('look up the planes of one Z-LUT in another: offset, scale and residual of z')
    .argument('<a>', 'the Z-LUT to look up in')
    .argument('<b>', 'the Z-LUT whose planes are looked up')
    .option('--json', 'print the numbers as JSON')
    .action(run);
}

async function run(first: string, second: string, { json }: { json?: boolean }): Promise<void> {
  const comparison = compareZLuts(await readZLut(first), await readZLut(second));
  if (json) console.log(JSON.stringify(comparison));
  else for (const line of linesOf(comparison, first, second)) console.log(line);
}

function linesOf(comparison: ZLutComparison, first: string, second: string): string[] {
  const { planes, found, elsewhere, overlapNm, scale, offsetNm, residualNm, score, bands } = comparison;
  const [fromNm, toNm] = overlapNm;
  const middle = nm((fromNm + toNm) / 2);
  return [
    `${second} looked up in ${first}`,
    `planes    ${planes}, of which ${found} have a height${elsewhere > 0 ? `, ${elsewhere} far from the others' line` : ''}`,
    `overlap   ${nm(fromNm)} to ${nm(toNm)} nm`,
    `offset    ${offsetNm.toFixed(2)} nm, in the middle at ${middle} nm`,
    `scale     ${scale.toFixed(5)}`,
    `residual  ${residualNm.toFixed(2)} nm rms; median score ${score.toFixed(4)}`,
    'by height',
    ...bands.map(
      (band) =>
        `  ${nm(band.fromNm).padStart(8)} to ${nm(band.toNm).padStart(8)} nm  ${band.rmsNm.toFixed(2).padStart(8)} nm rms, ${band.planes} planes`,
    ),
  ];
}

function nm(value: number): string {
  return value.toFixed(0);
}
