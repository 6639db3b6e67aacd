import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { MAIN_CAMERA } from '#protocol/camera-name.ts';
import { ConfigError } from '#protocol/errors.ts';
import type { ListedCamera } from '#protocol/live.ts';
import { runFolder } from '#recording/run-folders.ts';
import type { Config } from '../config.ts';
import type { LiveServer } from './live-server.ts';
import { LiveTracker } from './live-tracker.ts';
import type { LiveTrackerOptions } from './live-tracker-options.ts';
import { serveCameras } from './serve-cameras.ts';

/**
 * The trackers of all cameras behind one server.
 *
 * Each has an engine, a ledger, a recording and dashboards of its own, so that what one camera does is nothing to
 * the others.
 */
export class LiveTrackers {
  readonly server: LiveServer;
  /** By the name of the camera. */
  readonly all: ReadonlyMap<string, LiveTracker>;

  /**
   * Opens one for each camera, that of the one without a name among them, and serves them.
   * @throws {PortError} when the port is taken
   * @throws {TweezertrackError} when a tracker cannot be opened as its settings say; none is open then
   */
  static async start(cameras: ReadonlyMap<string, LiveTrackerOptions>): Promise<LiveTrackers> {
    const all = new Map<string, LiveTracker>();
    try {
      // One after the other: engines that are measured side by side would seem slow.
      for (const [name, options] of cameras) {
        const isAlone = cameras.size === 1;
        if (name !== MAIN_CAMERA) await keepFolder(name, options.config);
        const listed = isAlone ? {} : { cameras: () => listCameras(all, name) };
        all.set(name, await LiveTracker.open({ ...options, ...listed }));
      }
      const { config, log } = cameras.get(MAIN_CAMERA)!;
      return new LiveTrackers(all, await serveCameras(all, config.server, log));
    } catch (error) {
      await Promise.allSettled([...all.values()].map((tracker) => tracker.close()));
      throw error;
    }
  }

  private constructor(all: ReadonlyMap<string, LiveTracker>, server: LiveServer) {
    this.all = all;
    this.server = server;
  }

  /** The tracker of the camera without a name. */
  get main(): LiveTracker {
    return this.all.get(MAIN_CAMERA)!;
  }

  /**
   * Tracks what has arrived, closes all recordings and the server.
   * @throws {RecordingError} when the disk did not take the end of a recording; all else is closed by then
   */
  async close(): Promise<void> {
    const closed = await Promise.allSettled([...this.all.values()].map((tracker) => tracker.close()));
    await this.server.close();
    const failed = closed.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** Makes the folder that a named camera records into, lest a run of another camera takes its name. */
async function keepFolder(name: string, { recording: { enabled, folder } }: Config): Promise<void> {
  if ((await runFolder(dirname(folder), basename(folder)).catch(() => null)) !== null) {
    throw new ConfigError({
      where: `cameras.${name}: ${folder}`,
      expected: 'a folder for runs',
      received: 'a run',
      remedy: 'rename the run, or the camera',
    });
  }
  // Where this fails, so does the recording, which says why.
  if (enabled) await mkdir(folder, { recursive: true }).catch(() => {});
}

function listCameras(all: ReadonlyMap<string, LiveTracker>, here: string): ListedCamera[] {
  return [...all].map(([name, tracker]) => {
    const { camera } = tracker.health();
    return {
      name,
      isHere: name === here,
      camera: camera?.camera ?? null,
      connected: camera?.connected ?? false,
      isRecording: tracker.recording !== null,
    };
  });
}
