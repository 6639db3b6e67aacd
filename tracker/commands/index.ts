import type { Command } from 'commander';

/** A command as `--help` lists it; its file is loaded when it is asked for. */
export interface ListedCommand {
  name: string;
  /** What follows the name in the list. */
  operands: string;
  description: string;
  /** Gives what adds options and action to the command. */
  load(): Promise<(command: Command) => void>;
}

/** Every command: adding one is its file and an entry here. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'demo',
    operands: '[options]',
    description: 'start a simulated camera, the tracker, a recording and the dashboard',
    load: async () => (await import('./demo.ts')).registerDemo,
  },
  {
    name: 'serve',
    operands: '[options]',
    description: 'start the tracker and wait for a camera',
    load: async () => (await import('./serve.ts')).registerServe,
  },
  {
    name: 'camera',
    operands: '',
    description: 'send the frames of a camera to a tracker',
    load: async () => (await import('./camera.ts')).registerCamera,
  },
  {
    name: 'track',
    operands: '[options] <stack>',
    description: 'track every bead in a recorded stack',
    load: async () => (await import('./track.ts')).registerTrack,
  },
  {
    name: 'zlut',
    operands: '',
    description: 'make, show, compare, edit and convert Z-LUTs',
    load: async () => (await import('./zlut/index.ts')).registerZLut,
  },
  {
    name: 'calcium',
    operands: '',
    description: 'traces, filters, projections and PrairieView folders of fluorescence',
    load: async () => (await import('./calcium/index.ts')).registerCalcium,
  },
  {
    name: 'export',
    operands: '[options] <run>',
    description: 'write a recorded run as CSV, Parquet, HDF5, .npz or text',
    load: async () => (await import('./export.ts')).registerExport,
  },
  {
    name: 'repair',
    operands: '[options] <run>',
    description: 'end a recording that a crash cut short',
    load: async () => (await import('./repair.ts')).registerRepair,
  },
  {
    name: 'info',
    operands: '[options] <path>',
    description: 'say what a run folder, stack, Z-LUT or any other file is',
    load: async () => (await import('./info.ts')).registerInfo,
  },
  {
    name: 'bench',
    operands: '[options] [case] [minutes]',
    description: 'measure this machine, one JSON line for every combination of what is asked for',
    load: async () => (await import('./bench/command.ts')).registerBench,
  },
  {
    name: 'describe',
    operands: '[what]',
    description: 'print the stages, a preset, or every setting with its default',
    load: async () => (await import('./describe.ts')).registerDescribe,
  },
];
