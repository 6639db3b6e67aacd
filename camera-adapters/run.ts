import type { CameraAdapter } from './define.ts';
import { TrackerLink, type TrackerLinkOptions } from './tracker-link.ts';

export interface RunOptions extends Omit<TrackerLinkOptions, 'url' | 'focusStage' | 'motors' | 'controls'> {
  /** Base URL of the tracker, which may become known while the camera opens. */
  url: string | Promise<string>;
}

/** What became of the frames of an adapter. */
export interface AdapterReport {
  sent: number;
  /** Not sent for want of credit or of a tracker. */
  dropped: number;
}

/**
 * Carries the frames of an adapter to the tracker until they end or `signal` aborts.
 *
 * A camera with a frame rate never waits: without credit its newest frames are kept for a quarter of a second, and the
 * older are counted as dropped. A camera without one (`fps` 0, e.g. a replay as fast as it goes) waits, and loses
 * nothing. A lost link is opened again; frames of a running camera are dropped meanwhile.
 * @throws {DeviceError} when the tracker refuses the camera
 */
export async function runCamera(adapter: CameraAdapter, options: RunOptions): Promise<AdapterReport> {
  const { signal } = options;
  const [facts, url] = await Promise.all([adapter.open(), options.url]);
  const link = new TrackerLink(facts, {
    ...options,
    url,
    focusStage: adapter.focusStage,
    motors: adapter.motors,
    controls: adapter.controls,
  });
  try {
    await link.ready();
    for await (const frame of adapter.frames(signal)) {
      if (facts.fps === 0) await link.credit();
      if (signal.aborted || link.refusal) break;
      link.send(frame);
    }
    if (link.refusal) throw link.refusal;
    await link.bye();
  } finally {
    link.close();
    await adapter.close();
  }
  return { sent: link.sent, dropped: link.dropped };
}
