import { afterEach, describe, expect, test } from 'vitest';
import { type ChosenEngine, chooseEngine, takeFaster } from '#engines/choose-engine.ts';
import type { EngineHost } from '#engines/engine-host.ts';
import { describeSpeed, measureSpeed } from '#engines/measure-speed.ts';
import { createTrackTable } from '#protocol/track-table.ts';

describe('chooseEngine', () => {
  let chosen: ChosenEngine | undefined;
  afterEach(() => chosen?.host.close());

  test.each(['wasm', 'reference'] as const)(
    '%s is taken when it is asked for, with its threads',
    async (kind) => {
      chosen = await chooseEngine(kind, { threads: 2 });
      expect(chosen.why).toBe('asked for');
      expect([chosen.host.facts.engine, chosen.host.threads]).toEqual([kind, 2]);
    },
  );

  test('without a real GPU, auto takes wasm and says why', async () => {
    const before = process.env.VK_DRIVER_FILES;
    process.env.VK_DRIVER_FILES = '/nowhere.json';
    chosen = await chooseEngine('auto', { threads: 1 });
    if (before === undefined) delete process.env.VK_DRIVER_FILES;
    else process.env.VK_DRIVER_FILES = before;
    expect(chosen.host.facts.engine).toBe('wasm');
    expect(chosen.why).toMatch(/^GPU: expected .*, received (none|the software adapter)/);
  });
});

/** A host whose batches take so many turns of the event loop. */
function pacedHost(engine: 'gpu' | 'wasm', turns: number): EngineHost & { closed: boolean } {
  let beads = 0;
  const host = {
    facts: { engine, device: 'test', fallback: false },
    threads: 1,
    batches: 1,
    restarts: 0,
    closed: false,
    deviceTime: () => null,
    configure: async ({ rois }: { rois: readonly unknown[] }) => {
      beads = rois.length;
    },
    moveRois: async () => {},
    takeRoom: (bytes: number) => ({ pixels: new Uint8Array(new SharedArrayBuffer(bytes)) }),
    holdRoom: () => {},
    returnRoom: () => {},
    track: async (rooms: readonly unknown[]) => {
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      return createTrackTable(rooms.length, beads);
    },
    returnTable: () => {},
    close: async () => {
      host.closed = true;
    },
  };
  return host;
}

describe('auto', () => {
  const workload = { beads: 4, roiSize: 16, width: 64, height: 64 };

  test.each([
    ['gpu', 1, 5000],
    ['wasm', 5000, 1],
  ] as const)(
    'keeps %s when that is faster, closes the other and says both speeds',
    async (kind, gpuTurns, wasmTurns) => {
      const [gpu, wasm] = [pacedHost('gpu', gpuTurns), pacedHost('wasm', wasmTurns)];
      const { host, roisPerSecond, why } = await takeFaster(gpu, wasm, { workload });
      expect(host.facts.engine).toBe(kind);
      expect([gpu.closed, wasm.closed]).toEqual([kind === 'wasm', kind === 'gpu']);
      expect(roisPerSecond.gpu! > roisPerSecond.wasm!).toBe(kind === 'gpu');
      expect(why).toMatch(/^wasm [\d .]+(M )?ROI\/s, gpu [\d .]+(M )?ROI\/s$/);
    },
  );

  test('a GPU that fails while it is measured leaves the work to wasm', async () => {
    const gpu = pacedHost('gpu', 1);
    gpu.track = () => Promise.reject(new Error('lost'));
    const { host } = await takeFaster(gpu, pacedHost('wasm', 1), { workload });
    expect(host.facts.engine).toBe('wasm');
    expect(gpu.closed).toBe(true);
  });
});

test('a speed counts every ROI of every frame it had back', async () => {
  const host = pacedHost('wasm', 1);
  let rois = 0;
  const returnTable: EngineHost['returnTable'] = ({ xPx }) => {
    rois += xPx.length;
  };
  const before = performance.now();
  const speed = await measureSpeed(
    { ...host, returnTable },
    undefined,
    { beads: 9, roiSize: 16, width: 0, height: 0 },
    5,
  );
  const seconds = (performance.now() - before) / 1000;
  // The first batch, of 4 frames, is not counted, nor is the time before it.
  expect(speed).toBeGreaterThanOrEqual((rois - 36) / seconds);
});

test('speeds are said in two digits', () => {
  expect([950, 83_123, 451_000, 999_999, 1_234_567].map(describeSpeed)).toEqual([
    '950 ROI/s',
    '83 000 ROI/s',
    '450 000 ROI/s',
    '1 000 000 ROI/s',
    '1.2 M ROI/s',
  ]);
});
