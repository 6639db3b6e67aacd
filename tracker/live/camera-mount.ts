import type { WebSocket } from 'ws';
import type { Role } from '#protocol/role.ts';
import type { RecordingsOptions } from './recordings-pages.ts';
import type { Refusals } from './refusals.ts';
import type { ZLutShelf } from './z-lut-shelf.ts';

/** What a server has of one camera, below the path of its name. */
export interface CameraMount {
  /** Counts what is turned away here; of the camera without a name also what comes to no camera at all. */
  refusals: Refusals;
  onCamera(socket: WebSocket): void;
  /** @param name whom the file of tokens says it is; empty or left out where it does not */
  onViewer(socket: WebSocket, role: Role, name?: string): void;
  /** Recordings to list, replay, hand out and delete; null where none are served. */
  recordings: RecordingsOptions | null;
  /** Z-LUTs to list, compare and hand out; null where none are. */
  zLuts(): ZLutShelf | null;
}

/** Cameras by name; the one without a name is always there. */
export type CameraMounts = ReadonlyMap<string, CameraMount>;
