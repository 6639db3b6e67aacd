import type { Command } from 'commander';
import { registerBench } from './bench/command.ts';
import { registerCamera } from './camera.ts';
import { registerDemo } from './demo.ts';
import { registerDescribe } from './describe.ts';
import { registerExport } from './export.ts';
import { registerServe } from './serve.ts';
import { registerTrack } from './track.ts';
import { registerZLut } from './zlut.ts';

/** Every command: adding one is its file and a line here. */
export const COMMANDS: readonly ((program: Command) => void)[] = [
  registerDemo,
  registerServe,
  registerCamera,
  registerTrack,
  registerZLut,
  registerExport,
  registerBench,
  registerDescribe,
];
