import { DeviceError } from '#protocol/errors.ts';
import type { Engine, EngineSetup } from './engine.ts';

/**
 * An engine that opens its device anew when it is lost, and does the batch again: no frame is lost with the device.
 * @param open opens the engine, the first time and after a loss
 * @param onRecovered told what was lost, once the batch is done
 * @throws from `track`, the `DeviceError` of the second loss in one batch, or why the device cannot be opened again
 */
export async function recovering(
  open: () => Promise<Engine>,
  onRecovered: (text: string) => void,
): Promise<Engine> {
  let engine = await open();
  let setup: EngineSetup | null = null;
  return {
    facts: engine.facts,
    async configure(next) {
      await engine.configure(next);
      setup = next;
    },
    async moveRois(rois) {
      // First, so that a device that is lost here is opened again with the new places.
      if (setup) setup = { ...setup, rois: [...rois] };
      await engine.moveRois(rois);
    },
    async track(frames, into) {
      try {
        await engine.track(frames, into);
      } catch (error) {
        if (!(error instanceof DeviceError) || !setup) throw error;
        // A lost device may fail to close, too; it is gone either way.
        await engine.close().catch(() => undefined);
        engine = await open();
        await engine.configure(setup);
        await engine.track(frames, into);
        onRecovered(`${error.message}; opened again, no frame lost`);
      }
    },
    close: () => engine.close(),
  };
}
