import { availableParallelism, cpus, loadavg } from 'node:os';

/** What a figure depends on besides the software. */
export interface Machine {
  cpu: string;
  cores: number;
  node: string;
  /** Average over the last minute when the measurement began; above the cores the figures are of a busy machine. */
  load: number;
}

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || process.arch,
    cores: availableParallelism(),
    node: process.version,
    load: Number(loadavg()[0]!.toFixed(2)),
  };
}
