import { fstatSync, readSync } from 'node:fs';
import type { File, Group } from 'h5wasm';
import { StackError } from '#protocol/errors.ts';
import type { StackFile } from './stack-file.ts';

/** An HDF5 file as the library sees it. */
export interface MountedHdf5 {
  readonly root: Group;
  /** What was read since the last question. */
  takeReads(): FileRead[];
  close(): void;
}

/** Bytes the library asked for. */
interface FileRead {
  readonly position: number;
  /** Some of them lie behind the end of a file that is cut off, and were zeros. */
  readonly isBehindEnd: boolean;
}

/** Reads that are remembered; nobody asks for more. */
const MOST_READS = 100;

/** What we use of the file system the library keeps in memory. */
interface MemoryFiles {
  createFile(folder: string, name: string, properties: object, canRead: boolean, canWrite: boolean): FileNode;
  unlink(path: string): void;
}

interface FileNode {
  id: number;
  mode: number;
  node_ops: object;
  stream_ops: object;
}

interface FileStream {
  position: number;
}

const [FROM_HERE, FROM_END] = [1, 2];

let mounts = 0;

/**
 * Opens an HDF5 file with h5wasm, which reads from it what it needs and never keeps the file in memory.
 * To the library the file has `size` bytes, so that one that is cut off opens, with zeros for what is missing.
 * @throws {StackError} with the last words of the library
 */
export async function mountHdf5(file: StackFile, size: number): Promise<MountedHdf5> {
  const { default: h5wasm } = await import('h5wasm');
  const library = await h5wasm.ready;
  library.activate_throwing_error_handler();
  const files = library.FS as unknown as MemoryFiles;
  const mount = ++mounts;
  const name = `stack-${mount}.h5`;
  let reads: FileRead[] = [];
  const node = files.createFile('/', name, {}, true, false);
  const { mode } = node;
  const { mtime } = fstatSync(file.handle.fd);
  const times = { atime: mtime, mtime, ctime: mtime };
  node.node_ops = {
    // A number of its own each time: after an error the library may keep a file, and takes one of equal number for it.
    getattr: () => ({
      dev: 1,
      ino: mount,
      mode,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size,
      ...times,
      blksize: 4096,
      blocks: 1,
    }),
  };
  node.stream_ops = {
    read(_stream: FileStream, into: Uint8Array, offset: number, length: number, position: number) {
      const wanted = Math.min(length, Math.max(0, size - position));
      let done = 0;
      while (done < wanted) {
        const read = readSync(file.handle.fd, into, offset + done, wanted - done, position + done);
        if (read === 0) break;
        done += read;
      }
      if (reads.length < MOST_READS || done < wanted) reads.push({ position, isBehindEnd: done < wanted });
      into.fill(0, offset + done, offset + wanted);
      return wanted;
    },
    llseek(stream: FileStream, offset: number, whence: number) {
      if (whence === FROM_HERE) return offset + stream.position;
      return whence === FROM_END ? offset + size : offset;
    },
  };
  const unmount = () => files.unlink(`/${name}`);
  let root: File;
  try {
    root = new h5wasm.File(`/${name}`, 'r');
  } catch (cause) {
    unmount();
    throw refusedByHdf5(file.path, 'an HDF5 file', cause);
  }
  return {
    root,
    takeReads() {
      const taken = reads;
      reads = [];
      return taken;
    },
    close() {
      root.close();
      unmount();
    },
  };
}

/** What to throw when the library refuses something: the innermost of its many reasons. */
export function refusedByHdf5(where: string, expected: string, cause: unknown): StackError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const reasons = [...message.matchAll(/#\d+: .*?\bin \w+\(\): (.*)/g)];
  return new StackError({ where, expected, received: reasons.at(-1)?.[1] ?? message }, cause);
}
