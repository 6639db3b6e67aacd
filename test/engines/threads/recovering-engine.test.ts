import { describe, expect, test } from 'vitest';
import type { Engine, EngineSetup } from '#engines/engine.ts';
import { ringExample } from '#engines/ring-example.ts';
import { recovering } from '#engines/threads/recovering-engine.ts';
import { DeviceError, RoiError } from '#protocol/errors.ts';
import { createTrackTable } from '#protocol/track-table.ts';

const { setup } = ringExample(1, 16, 8);
const lost = new DeviceError({ where: 'GPU', expected: 'a device', received: 'lost' });

/** Engines that fail as told, in the order they are opened. */
function engines(failures: (Error | null)[]) {
  const log: string[] = [];
  const open = async (): Promise<Engine> => {
    const number = log.filter((entry) => entry === 'open').length;
    log.push('open');
    let configured: EngineSetup | null = null;
    return {
      facts: { engine: 'gpu', device: `device ${number}`, fallback: false },
      configure: async (next) => {
        configured = next;
      },
      moveRois: async (rois) => {
        log.push(`move to ${rois[0]!.left}`);
      },
      track: async (_, into) => {
        const failure = failures[number] ?? null;
        if (failure) throw failure;
        log.push(configured === setup ? 'track' : 'track unconfigured');
        into.xPx.fill(7);
      },
      close: async () => {
        log.push('close');
      },
    };
  };
  return { log, open };
}

describe('recovering engine', () => {
  test('a lost device is opened again with its setup and the batch is done', async () => {
    const { log, open } = engines([lost]);
    const notices: string[] = [];
    const engine = await recovering(open, (text) => notices.push(text));
    await engine.configure(setup);
    const table = createTrackTable(1, 1);
    await engine.track([new ArrayBuffer(8)], table);
    expect(table.xPx[0]).toBe(7);
    expect(log).toEqual(['open', 'close', 'open', 'track']);
    expect(notices).toEqual(['GPU: expected a device, received lost; opened again, no frame lost']);
  });

  test('a device that is lost twice in one batch is an error, and tried again with the next batch', async () => {
    const { open } = engines([lost, lost]);
    const engine = await recovering(open, () => {});
    await engine.configure(setup);
    await expect(engine.track([], createTrackTable(1, 1))).rejects.toBe(lost);
    const table = createTrackTable(1, 1);
    await engine.track([], table);
    expect(table.xPx[0]).toBe(7);
  });

  test('a device that is lost before ROIs move is opened with them where they have gone', async () => {
    const moved = setup.rois.map((roi) => ({ ...roi, left: roi.left + 3 }));
    const tracked: (number | undefined)[] = [];
    let opened = 0;
    const open = async (): Promise<Engine> => {
      const isLost = opened++ === 0;
      let left: number | undefined;
      return {
        facts: { engine: 'gpu', device: 'test', fallback: false },
        configure: async ({ rois }) => {
          left = rois[0]?.left;
        },
        moveRois: async () => {
          throw lost;
        },
        track: async () => {
          if (isLost) throw lost;
          tracked.push(left);
        },
        close: async () => {},
      };
    };
    const engine = await recovering(open, () => {});
    await engine.configure(setup);
    await expect(engine.moveRois(moved)).rejects.toBe(lost);
    await engine.track([], createTrackTable(1, 1));
    expect(tracked).toEqual([moved[0]!.left]);
  });

  test('a device that is lost under several batches is opened once, and each of them is done', async () => {
    let opened = 0;
    const losses: (() => void)[] = [];
    const open = async (): Promise<Engine> => {
      const isLost = opened++ === 0;
      return {
        facts: { engine: 'gpu', device: 'test', fallback: false },
        tracksAtOnce: 3,
        configure: async () => {},
        moveRois: async () => {},
        track: (_, into) =>
          new Promise((resolve, reject) => {
            if (isLost) losses.push(() => reject(lost));
            else {
              into.xPx.fill(7);
              resolve();
            }
          }),
        close: async () => {},
      };
    };
    const notices: string[] = [];
    const engine = await recovering(open, (text) => notices.push(text));
    expect(engine.tracksAtOnce).toBe(3);
    await engine.configure(setup);
    const tables = [0, 1, 2].map(() => createTrackTable(1, 1));
    const tracked = tables.map((table) => engine.track([], table));
    losses[1]!();
    await Promise.resolve();
    losses[0]!();
    const late = createTrackTable(1, 1);
    tracked.push(engine.track([], late));
    await tracked[3];
    losses[2]!();
    await Promise.all(tracked);
    expect([...tables, late].map(({ xPx }) => xPx[0])).toEqual([7, 7, 7, 7]);
    expect([opened, notices.length]).toEqual([2, 1]);
  });

  test('an error that is not the device is passed on as it is', async () => {
    const wrong = new RoiError({ where: 'bead 0', expected: 'inside', received: 'outside' });
    const { log, open } = engines([wrong]);
    const engine = await recovering(open, () => {});
    await engine.configure(setup);
    await expect(engine.track([], createTrackTable(1, 1))).rejects.toBe(wrong);
    expect(log).toEqual(['open']);
  });
});
