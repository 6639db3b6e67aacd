import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { pythonWith } from './python.ts';

/** Folder of the Python cameras. */
export const PYTHON_CAMERAS = fileURLToPath(new URL('../../camera-adapters/python', import.meta.url));
const DRIVER = fileURLToPath(new URL('./camera-driver.py', import.meta.url));

/** For a Python that imports from the folder of the cameras and leaves nothing there. */
export const PYTHON_ENV = { ...process.env, PYTHONPATH: PYTHON_CAMERAS, PYTHONDONTWRITEBYTECODE: '1' };

/** What `camera-driver.py` says of its camera after each thing asked. */
interface DriverReply {
  sent: number;
  dropped: number;
  open: boolean;
  stops: number;
  error?: string;
}

export interface DrivenCamera {
  ask(what: object): Promise<DriverReply>;
  /** What it said to people. */
  log: string[];
}

/** Starts a driven camera for the running test. */
export function drivenCamera(options: object): DrivenCamera {
  const python = pythonWith('numpy', 'websockets', 'msgpack')!;
  const child = spawn(python, [DRIVER, JSON.stringify(options)], { env: PYTHON_ENV });
  onTestFinished(() => void child.kill('SIGKILL'));
  const log: string[] = [];
  const answers: ((reply: DriverReply) => void)[] = [];
  child.stderr.on('data', (text: Buffer) => log.push(text.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as DriverReply & { log?: string };
    if (said.log !== undefined) log.push(said.log);
    else answers.shift()!(said);
  });
  return {
    log,
    ask: (what) =>
      new Promise((resolve) => {
        answers.push(resolve);
        child.stdin.write(`${JSON.stringify(what)}\n`);
      }),
  };
}
