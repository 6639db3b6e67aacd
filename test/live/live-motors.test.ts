import { afterEach, describe, expect, test } from 'vitest';
import { simulatedFocusStage } from '#camera-adapters/focus-stages/simulated.ts';
import { simulatedMotor } from '#camera-adapters/motors/simulated.ts';
import { nowNs } from '#protocol/clock.ts';
import { DeviceError, LimitError } from '#protocol/errors.ts';
import type { LiveMessage } from '#protocol/live.ts';
import type { Motor, MotorStatus } from '#protocol/motor.ts';
import { defaultConfig } from '#tracker/config.ts';
import { LiveMotors } from '#tracker/live/live-motors.ts';
import { until } from '../support/until.ts';

const open: LiveMotors[] = [];

afterEach(async () => {
  for (const motors of open.splice(0)) await motors.end();
});

/** Motors of a tracker, what it told, and what it said. */
function motorsWith({ motors = [] as Motor[], limits = {} } = {}) {
  const config = defaultConfig();
  Object.assign(config.magnetTranslation, limits);
  const told: LiveMessage[] = [];
  const events: string[] = [];
  const live = new LiveMotors({
    config,
    motors,
    hub: { announce: (message) => void told.push(message) },
    event: (level, text) => void events.push(`${level}: ${text}`),
  });
  open.push(live);
  const newest = (): MotorStatus[] => {
    const message = told.at(-1);
    return message?.type === 'motors' ? message.motors : [];
  };
  return { live, told, events, newest };
}

/** A magnet translation, whose frames come when a test says. */
function magnet(speed = 5) {
  const motor = simulatedMotor('magnet-translation', { range: [0, 8], speed, settleMs: 0, rest: 3 });
  const startNs = nowNs();
  const expose = (ms: number) => motor.positionIn(startNs + BigInt(ms) * 1_000_000n);
  expose(0);
  return { motor, expose, startNs };
}

const move = (to: number) => ({
  type: 'motor-move' as const,
  id: 1,
  motor: 'magnet-translation' as const,
  to,
});
const stop = { type: 'motor-stop' as const, id: 2, motor: 'magnet-translation' as const };

describe('the motors of a tracker', () => {
  test('come and go with the camera, and are told of', async () => {
    const { motor } = magnet();
    const { live, newest } = motorsWith();
    expect(live.status).toEqual({ motors: [] });
    live.useCameraMotors([motor]);
    await until(() => newest()[0]?.at === 3);
    expect(newest()).toEqual([
      {
        ...{ motor: 'magnet-translation', name: 'simulated', from: 0, to: 8 },
        ...{ at: 3, settled: true, target: null, error: null },
      },
    ]);
    live.useCameraMotors([]);
    expect(newest()).toEqual([]);
    await expect(live.control(move(4))).rejects.toThrow(DeviceError);
    await expect(live.control(stop)).rejects.toThrow(
      'magnet-translation: expected one that came with the camera, or that magnetTranslation names, received none',
    );
  });

  test('arrive where they are told to go, within the limits of the settings', async () => {
    const { motor, expose } = magnet();
    const { live, events } = motorsWith({ limits: { to: 5 } });
    live.useCameraMotors([motor]);
    await expect(live.control(move(5.5))).rejects.toThrow(LimitError);
    await expect(live.control(move(5.5))).rejects.toThrow(/from 0 to 5 mm, received 5.5 mm/);
    await live.control(move(5));
    expect(live.status.motors[0]).toMatchObject({ target: 5, settled: false });
    expose(1000);
    await until(() => live.status.motors[0]!.target === null);
    expect(live.status.motors[0]).toMatchObject({ at: 5, settled: true, error: null });
    expect(events).toEqual([]);
  });

  test('stop though a move is under way, which is no error', async () => {
    const { motor, expose } = magnet();
    const { live, events } = motorsWith();
    live.useCameraMotors([motor]);
    await live.control(move(8));
    expose(200);
    await live.control(stop);
    expect(live.status.motors[0]!.target).toBeNull();
    expose(5000);
    expect((await motor.position()).at).toBe(4);
    expect(events).toEqual([]);
  });

  test('that do not arrive in time are stopped, and told of', async () => {
    const { motor } = magnet();
    const { live, events } = motorsWith({ limits: { moveTimeoutMs: 50 } });
    live.useCameraMotors([motor]);
    await live.control(move(8));
    await until(() => events.length > 0);
    expect(events).toEqual([
      expect.stringMatching(/^error: .*settled at 8 mm within 50 ms, received still moving at 3 mm/),
    ]);
    expect((await motor.position()).settled).toBe(true);
  });

  test('of the settings go before those of the camera', async () => {
    const own = magnet().motor;
    const { live } = motorsWith({ motors: [own] });
    const turns = simulatedMotor('magnet-rotation', { range: [-9, 9], speed: 1, settleMs: 0, rest: 0 });
    live.useCameraMotors([
      simulatedMotor('magnet-translation', { range: [0, 1], speed: 1, settleMs: 0, rest: 0 }),
      turns,
    ]);
    expect(live.status.motors.map(({ motor, to }) => [motor, to])).toEqual([
      ['magnet-translation', 8],
      ['magnet-rotation', 9],
    ]);
    live.useCameraMotors([]);
    expect(live.status.motors.map(({ to }) => to)).toEqual([8]);
  });

  test('with limits that leave nothing are told of, and not moved', async () => {
    const { live, events } = motorsWith({ limits: { from: 9 } });
    live.useCameraMotors([magnet().motor]);
    await until(() => events.length > 0);
    expect(events[0]).toMatch(/^error: E_LIMIT magnetTranslation.from, to: expected a part of 0 to 8 mm/);
    expect(live.status.motors).toEqual([]);
  });

  test('and the focus stage say where they were in a frame whose camera did not', async () => {
    const { motor, expose, startNs } = magnet();
    const { live } = motorsWith();
    const stage = simulatedFocusStage({
      ...{ rangeNm: [-2000, 2000], speedNmPerS: 1e6, settleMs: 0, hysteresisNm: 0, driftNmPerS: 0 },
    });
    stage.focusNm(startNs);
    await stage.move(700);
    live.useCameraMotors([motor]);
    const watched = live.watchFocus(stage)!;
    const at = (ms: number) => ({ timeNs: startNs + BigInt(ms) * 1_000_000n, receivedNs: nowNs() });
    await until(() => live.positions.of(at(0)).magnetMm === 3);
    await motor.move(8);
    expose(400);
    stage.focusNm(startNs + 400_000_000n);
    expect(await watched.position()).toMatchObject({ zNm: 700 });
    await until(() => live.positions.isKnown(at(400), at(400).receivedNs));
    expect(live.positions.of(at(400))).toEqual({ focusZNm: 700, magnetMm: 5 });
    // Half of the way from the first reading to the second.
    expect(live.positions.of(at(200)).magnetMm).toBeCloseTo(4, 9);
    live.watchFocus(null);
    live.useCameraMotors([]);
    // Frames that are on their way when the camera leaves.
    expect(live.positions.of(at(450))).toEqual({ focusZNm: 700, magnetMm: 5 });
  });
});
