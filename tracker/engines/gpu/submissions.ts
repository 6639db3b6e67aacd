import type { DeviceTime } from '../engine.ts';

/** Bytes of the device's clock at the start and at the end of the work, which lead a readback buffer. */
export const CLOCK_BYTES = 16;

/** What one submission goes through; the buffers are those of the setup. */
export interface Submission {
  frames: GPUBuffer;
  results: GPUBuffer;
  /** `CLOCK_BYTES`, then the results. */
  readback: GPUBuffer;
  /** One a kernel. */
  bindings: GPUBindGroup[];
}

/** Whose turn it is: at most `count` submissions are in flight, those who wait start in the order they asked. */
export interface Turns {
  take(): Promise<number>;
  giveBack(turn: number): void;
}

export function createTurns(count: number): Turns {
  const free = Array.from({ length: count }, (_, turn) => turn);
  const waiting: ((turn: number) => void)[] = [];
  return {
    async take() {
      return free.shift() ?? new Promise((resolve) => waiting.push(resolve));
    },
    giveBack(turn) {
      const next = waiting.shift();
      if (next) next(turn);
      else free.push(turn);
    },
  };
}

/** The clock of a device, read at the start and the end of each submission. */
export interface GpuClock {
  /** What the pass of a submission is begun with. */
  passOf(turn: number): GPUComputePassDescriptor;
  /** Puts the readings at the start of a readback buffer, once the pass has ended. */
  encode(encoder: GPUCommandEncoder, turn: number, readback: GPUBuffer): void;
  /** Adds the time of work that is done, from its readback buffer. */
  add(mapped: ArrayBuffer, rois: number): void;
  time(): DeviceTime | null;
}

/** @returns a clock that tells nothing, where the device has none */
export function createGpuClock(device: GPUDevice, submissions: number): GpuClock {
  const time: DeviceTime = { rois: 0, us: 0, lastUsPerRoi: 0 };
  const readings = Array.from({ length: device.features.has('timestamp-query') ? submissions : 0 }, () => {
    const querySet = device.createQuerySet({ label: 'clock', type: 'timestamp', count: 2 });
    const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
    const ticks = device.createBuffer({ label: 'clock', size: CLOCK_BYTES, usage });
    const writes = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    return { querySet, ticks, pass: { label: 'track', timestampWrites: writes } };
  });
  return {
    passOf: (turn) => readings[turn]?.pass ?? { label: 'track' },
    encode(encoder, turn, readback) {
      const reading = readings[turn];
      if (!reading) return;
      encoder.resolveQuerySet(reading.querySet, 0, 2, reading.ticks, 0);
      encoder.copyBufferToBuffer(reading.ticks, 0, readback, 0, CLOCK_BYTES);
    },
    add(mapped, rois) {
      const [start = 0n, end = 0n] = new BigUint64Array(mapped);
      // A device may set its clock back, as when it changes its power state.
      if (end <= start || rois === 0) return;
      const us = Number(end - start) / 1000;
      time.rois += rois;
      time.us += us;
      time.lastUsPerRoi = us / rois;
    },
    time: () => (time.rois > 0 ? { ...time } : null),
  };
}
