import type { Command } from 'commander';
import { registerBuild } from './build.ts';

/** `zlut`: the tools for Z-LUTs. Adding a verb is its file and a line here. */
export function registerZLut(zlut: Command): void {
  registerBuild(zlut);
}
