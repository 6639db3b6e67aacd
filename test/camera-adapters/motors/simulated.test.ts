import { describe, expect, test } from 'vitest';
import { simulatedMotor } from '#camera-adapters/motors/simulated.ts';
import { simulatedCamera } from '#camera-adapters/simulated.ts';
import { DeviceError } from '#protocol/errors.ts';

const START_NS = 1_700_000_000_000_000_000n;
const ms = (count: number) => START_NS + BigInt(count) * 1_000_000n;

describe('a simulated motor', () => {
  const open = () => {
    const motor = simulatedMotor('magnet-rotation', { range: [-60, 60], speed: 2, settleMs: 20, rest: 0 });
    motor.positionIn(ms(0));
    return motor;
  };

  test('takes way over speed to arrive, and its rest to settle, in the time of the frames', async () => {
    const motor = open();
    expect(motor.facts).toEqual({ motor: 'magnet-rotation', name: 'simulated', from: -60, to: 60, speed: 2 });
    await motor.move(-3);
    expect(motor.positionIn(ms(500))).toBe(-1);
    expect(await motor.position()).toEqual({ at: -1, settled: false, atNs: ms(500) });
    expect(motor.positionIn(ms(1500))).toBe(-3);
    expect((await motor.position()).settled).toBe(false);
    motor.positionIn(ms(1520));
    expect(await motor.position()).toMatchObject({ at: -3, settled: true });
  });

  test('stops where it is', async () => {
    const motor = open();
    await motor.move(60);
    motor.positionIn(ms(1000));
    await motor.stop();
    expect(motor.positionIn(ms(9000))).toBe(2);
    expect((await motor.position()).settled).toBe(true);
  });

  test('is not moved out of its range', async () => {
    const motor = open();
    await expect(motor.move(61)).rejects.toThrow(DeviceError);
    await expect(motor.move(Number.NaN)).rejects.toThrow(/from -60 to 60 turns, received NaN turns/);
  });
});

describe('the magnets of the simulated camera', () => {
  const settings = {
    beads: 2,
    referenceBeads: 1,
    fps: 1000,
    pace: 'fast',
    driftNmPerS: [0, 0, 0],
  } satisfies Parameters<typeof simulatedCamera>[0];

  test('are in every frame, and lift its tethered beads when they come down', async () => {
    const camera = simulatedCamera({ ...settings, frames: 3000, radiiNm: [300] });
    await camera.open();
    expect(camera.motors!.map(({ facts }) => [facts.motor, facts.from, facts.to])).toEqual([
      ['magnet-translation', 0, 8],
      ['magnet-rotation', -60, 60],
    ]);
    const heights: number[][] = [];
    const magnetMm: number[] = [];
    for await (const { id, truth, positions } of camera.frames(new AbortController().signal)) {
      if (id === 999) await camera.motors![0]!.move(8);
      heights.push([truth![2]!, truth![5]!]);
      magnetMm.push(positions!.magnetMm!);
      expect(positions).toMatchObject({ focusZNm: 0, magnetTurns: 0 });
    }
    await camera.close();
    // 5 mm at 5 mm/s take a second: from frame 1000 to 2000.
    expect(magnetMm[1000]).toBeCloseTo(3.005, 2);
    expect(magnetMm[1500]).toBeCloseTo(5.5, 2);
    expect(magnetMm[2000]).toBeCloseTo(8, 2);
    const mean = (bead: number, from: number) =>
      heights.slice(from, from + 999).reduce((sum, row) => sum + row[bead]! / 999, 0);
    const changes = [0, 1].map((bead) => mean(bead, 2001) - mean(bead, 0)).sort((a, b) => a - b);
    // From 1000 nm at 2 pN to 1000 (1 - 0.4536) / (1 - 0.1014) nm at 0.1 pN; the bead wavers by 90 nm rms along z, for 40 ms.
    expect(changes[0]).toBeGreaterThan(-392 - 60);
    expect(changes[0]).toBeLessThan(-392 + 60);
    expect(changes[1]).toBeCloseTo(0, 9);
  });

  test('are none where pictures are made beforehand', () => {
    const camera = simulatedCamera({ ...settings, cycle: 4 });
    expect(camera.motors).toBeUndefined();
    expect(camera.focusStage).toBeUndefined();
  });
});
