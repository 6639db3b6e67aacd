import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../tracker/bin.mjs', import.meta.url));

/** What a finished command said. */
export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command that is running. */
export interface RunningCommand {
  process: ChildProcess;
  /** Resolves with the first match in what it prints, on stdout or stderr. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  done: Promise<CommandResult>;
}

/** Starts the program as a user does, in a process of its own. */
export function startCommand(args: readonly string[], env: Record<string, string> = {}): RunningCommand {
  return followCommand(spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, ...env } }));
}

/** Listens to a process that was just started. */
export function followCommand(child: ChildProcessWithoutNullStreams): RunningCommand {
  let stdout = '';
  let stderr = '';
  let hasEnded = false;
  const waiting: (() => void)[] = [];
  const heard = () => {
    for (const wake of waiting.splice(0)) wake();
  };
  child.stdout.on('data', (text: Buffer) => {
    stdout += text;
    heard();
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text;
    heard();
  });
  // Not its exit, after which the last of what it said may still come.
  const done = once(child, 'close').then(([code]) => {
    hasEnded = true;
    heard();
    return { code: code as number | null, stdout, stderr };
  });
  return {
    process: child,
    done,
    async says(pattern) {
      for (;;) {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match) return match;
        if (hasEnded) throw new Error(`ended without ${pattern}:\n${stdout}\n${stderr}`);
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
    },
  };
}

/** Runs the program to its end. */
export function runCommand(...args: string[]): Promise<CommandResult> {
  return startCommand(args).done;
}

/** Rows of a CSV text as numbers by column; what is no number is NaN. */
export function csvColumns(text: string): Record<string, number[]> {
  const [header, ...lines] = text.trim().split('\n');
  const names = header!.split(',');
  return Object.fromEntries(
    names.map((name, column) => [name, lines.map((line) => Number(line.split(',')[column]))]),
  );
}

/** Root of the mean square of the numbers that are finite. */
export function rms(errors: readonly number[]): number {
  const finite = errors.filter(Number.isFinite);
  return Math.sqrt(finite.reduce((sum, error) => sum + error * error, 0) / finite.length);
}
