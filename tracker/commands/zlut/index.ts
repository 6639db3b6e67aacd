import type { Command } from 'commander';
import { registerBuild } from './build.ts';
import { registerCheck } from './check.ts';
import { registerCompare } from './compare.ts';
import { registerConvert } from './convert.ts';
import { registerEdit } from './edit.ts';
import { registerShow } from './show.ts';
import { registerSweep } from './sweep.ts';

/** `zlut`: the tools for Z-LUTs. Adding a verb is its file and a line here. */
export function registerZLut(zlut: Command): void {
  registerBuild(zlut);
  registerCheck(zlut);
  registerShow(zlut);
  registerCompare(zlut);
  registerEdit(zlut);
  registerConvert(zlut);
  registerSweep(zlut);
}
