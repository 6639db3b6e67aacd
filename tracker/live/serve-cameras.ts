import { MAIN_CAMERA } from '#protocol/camera-name.ts';
import type { ServerSettings } from '../config.ts';
import type { CameraMount } from './camera-mount.ts';
import { type LiveServer, startLiveServer } from './live-server.ts';
import { type MetricSources, Metrics } from './metrics.ts';

/** A tracker as a server shows it. */
export interface ServedCamera {
  mount: CameraMount;
  metricSources: MetricSources;
  health(): object;
}

/**
 * Serves the trackers of one or more cameras on one port; that of the camera without a name is among them.
 * @throws {PortError} when the port is taken
 * @throws {ConfigError} when others can reach the address and there are no tokens, or a file of the settings is bad
 */
export async function serveCameras(
  cameras: ReadonlyMap<string, ServedCamera>,
  settings: ServerSettings,
  log: (text: string) => void,
): Promise<LiveServer> {
  const of = <Value>(read: (camera: ServedCamera) => Value) =>
    new Map([...cameras].map(([name, camera]) => [name, read(camera)] as const));
  const metrics = new Metrics(of(({ metricSources }) => metricSources));
  const server = await startLiveServer({
    settings,
    mounts: of(({ mount }) => mount),
    health: () => {
      const { [MAIN_CAMERA]: main, ...named } = Object.fromEntries(of((camera) => camera.health()));
      return { ...main, ...(cameras.size > 1 && { cameras: named }) };
    },
    metrics: () => metrics.report(),
    log,
  });
  // Loaded when the port is open, before anybody asks.
  void metrics.load();
  return server;
}
