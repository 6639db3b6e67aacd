import type { Command } from 'commander';
import { writeZLut } from '#protocol/z-lut-file.ts';
import type { ZLutOrigin } from '#protocol/z-lut-origin.ts';
import { assertFormat } from '#zlut-tools/convert.ts';
import { editZLut, type ZLutEdit } from '#zlut-tools/edit.ts';
import { number, wholeNumber } from '../options.ts';
import { tellLost } from './convert.ts';
import { readChosenZLut, type SourceOptions, withSourceOptions } from './source.ts';

interface EditOptions extends SourceOptions {
  fromNm?: number;
  toNm?: number;
  radii?: number;
  focalShift?: number;
  flip?: boolean;
  zero?: number;
  shift?: number;
  beadNm?: number;
  pixelNm?: number;
  objective?: string;
  force?: boolean;
}

/** `zlut edit`: a Z-LUT with other planes, radii or heights, or with more said of it. */
export function registerEdit(zlut: Command): void {
  const edit = zlut
    .command('edit')
    .description('crop, move or annotate a Z-LUT; changes are made in the order they are listed here')
    .argument('<in>', 'a Z-LUT in any layout')
    .argument('<out>', 'the file to write, best a .zlut, which holds all of it')
    .option('--from-nm <nm>', 'leave out planes below', number)
    .option('--to-nm <nm>', 'leave out planes above', number)
    .option('--radii <count>', 'keep so many radii, for smaller ROIs', wholeNumber)
    .option(
      '--focal-shift <factor>',
      'multiply z by how far the focus moves in the medium for each nm of the focus stage, e.g. 0.88',
      number,
    )
    .option('--flip', 'turn the sign of z')
    .option('--zero <nm>', 'make this height 0, as it is after --focal-shift and --flip', number)
    .option('--shift <nm>', 'add to z', number)
    .option('--bead-nm <nm>', 'note the diameter of the bead', number)
    .option('--pixel-nm <nm>', 'note the size of a pixel', number)
    .option('--objective <name>', 'note the objective')
    .option('--force', 'write over an existing file');
  withSourceOptions(edit).action(run);
}

async function run(source: string, target: string, options: EditOptions): Promise<void> {
  assertFormat(target);
  const { zLut, notes } = editZLut(await readChosenZLut(source, options), editOf(options));
  await writeZLut(target, zLut, options.force ?? false);
  for (const note of notes) console.error(`${target}: ${note}`);
  tellLost(target, [zLut]);
}

function editOf({ beadNm, pixelNm, objective, zero, shift, ...options }: EditOptions): ZLutEdit {
  const facts: ZLutOrigin = {};
  if (beadNm !== undefined) facts.beadDiameterNm = beadNm;
  if (pixelNm !== undefined) facts.pixelSizeNm = pixelNm;
  if (objective !== undefined) facts.objective = objective;
  return {
    ...options,
    ...(zero !== undefined && { zeroNm: zero }),
    ...(shift !== undefined && { shiftNm: shift }),
    facts,
  };
}
