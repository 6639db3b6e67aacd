import { DeviceError } from '#protocol/errors.ts';
import type { Engine, EngineSetup } from '../engine.ts';

/**
 * An engine that opens its device anew when it is lost, and does the batches again: no frame is lost with the device.
 * @param open opens the engine, the first time and after a loss
 * @param onRecovered told what was lost, once, when a batch that failed is done or a setup holds after all
 * @throws from `track` and `configure`, the `DeviceError` of the second loss in one call, or why the device cannot be
 *   opened again, which the next call tries
 */
export async function recovering(
  open: () => Promise<Engine>,
  onRecovered: (text: string) => void,
): Promise<Engine> {
  let engine = await open();
  let setup: EngineSetup | null = null;
  let opening: Promise<void> | null = null;

  async function openAgain(lost: Engine, held: EngineSetup): Promise<void> {
    // A lost device may fail to close, too; it is gone either way.
    await lost.close().catch(() => undefined);
    engine = await open();
    await engine.configure(held);
  }

  return {
    facts: engine.facts,
    tracksAtOnce: engine.tracksAtOnce ?? 1,
    async configure(next) {
      try {
        await engine.configure(next);
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        // Lost while nothing was tracked; or the setup does not fit, and will not the second time.
        await openAgain(engine, next);
        onRecovered(`${error.message}; opened again`);
      }
      setup = next;
    },
    async moveRois(rois) {
      // First, so that a device that is lost here is opened again with the new places.
      if (setup) setup = { ...setup, rois: [...rois] };
      await engine.moveRois(rois);
    },
    async track(frames, into) {
      // A batch beside one that lost the device waits with it; why opening failed is that one's to say.
      if (opening) await opening.catch(() => undefined);
      const used = engine;
      try {
        await used.track(frames, into);
      } catch (error) {
        if (!(error instanceof DeviceError) || !setup) throw error;
        const isFirst = engine === used && !opening;
        if (isFirst) {
          opening = openAgain(used, setup).finally(() => {
            opening = null;
          });
        }
        if (opening) await opening;
        await engine.track(frames, into);
        if (isFirst) onRecovered(`${error.message}; opened again, no frame lost`);
      }
    },
    deviceTime: () => engine.deviceTime?.() ?? null,
    close: () => engine.close(),
  };
}
