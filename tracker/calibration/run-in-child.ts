import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin.mjs', import.meta.url));
/** Characters of its complaint that are kept. */
const MOST_COMPLAINT = 4000;

/** How a command ended. */
export interface ChildRun {
  /** Null when a signal ended it. */
  code: number | null;
  said: string;
  /** The end of what it wrote to stderr. */
  complaint: string;
}

/**
 * Runs a command of this program in a process of low priority, so that tracking goes on meanwhile.
 * @param cwd folder it runs in; this process's when left out
 * @param onComplaint told of what it writes to stderr as it comes
 * @throws the reason of `signal`, once the process is gone
 */
export async function runInChild(
  args: readonly string[],
  signal: AbortSignal,
  { cwd, onComplaint }: { cwd?: string; onComplaint?(text: string): void } = {},
): Promise<ChildRun> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal is the tracker's to hear.
    detached: true,
    cwd,
  });
  let said = '';
  let complaint = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MOST_COMPLAINT);
    onComplaint?.(text);
  });
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  try {
    if (child.pid !== undefined) lowerPriority(child.pid);
    const [code] = await once(child, 'close');
    signal.throwIfAborted();
    return { code, said, complaint: complaint.trim() };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** Lets tracking have the cores first, where the system allows it. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or may not: it runs all the same.
  }
}
