import { describe, expect, test } from 'vitest';
import { answerMove } from '#camera-adapters/motors/answer-motor.ts';
import { simulatedMotor } from '#camera-adapters/motors/simulated.ts';
import { CameraMotor, CameraMotors } from '#ingest/camera-motor.ts';
import {
  decodeAdapterMessage,
  decodeTrackerMessage,
  encodeLinkMessage,
  parseHello,
} from '#protocol/camera-link.ts';
import { DeviceError, ProtocolError } from '#protocol/errors.ts';
import type { MotorFacts } from '#protocol/motor.ts';
import type { MotorRequest } from '#protocol/motor-link.ts';

const START_NS = 1_700_000_000_000_000_001n;
const translation: MotorFacts = { motor: 'magnet-translation', name: 'simulated', from: 0, to: 10 };
const rotation: MotorFacts = { motor: 'magnet-rotation', name: 'simulated', from: -60, to: 60 };
const hello = {
  ...{ type: 'hello', version: 1, camera: 'test' },
  ...{ width: 80, height: 60, pixelFormat: 'mono8', fps: 100 },
};

/** Both ends of a link with two motors, with every message as bytes in between. */
function link() {
  const devices = [
    simulatedMotor('magnet-translation', { range: [0, 8], speed: 2, settleMs: 0, rest: 3 }),
    simulatedMotor('magnet-rotation', { range: [-60, 60], speed: 4, settleMs: 0, rest: 0 }),
  ];
  const expose = (ns: bigint) => devices.map((device) => device.positionIn(ns));
  expose(START_NS);
  const motors = new CameraMotors([translation, rotation], async (message) => {
    const request = decodeTrackerMessage(encodeLinkMessage(message)) as MotorRequest;
    const answer = await answerMove({ motors: devices }, request);
    motors.answered(decodeAdapterMessage(encodeLinkMessage(answer!)).raw);
  });
  return { expose, motors: motors.list };
}

describe('motors behind a camera link', () => {
  test('are moved and stopped each for itself, and say where they are by the clock of the frames, to the ns', async () => {
    const { expose, motors } = link();
    const [magnetMm, magnetTurns] = motors;
    await magnetMm!.move(5);
    await magnetTurns!.move(-6);
    const laterNs = START_NS + 500_000_000n;
    expose(laterNs);
    expect(await magnetMm!.position()).toEqual({ at: 4, settled: false, atNs: laterNs });
    expect(await magnetTurns!.position()).toEqual({ at: -2, settled: false, atNs: laterNs });
    await magnetTurns!.stop();
    expose(START_NS + 9_000_000_000n);
    expect(await magnetMm!.position()).toMatchObject({ at: 5, settled: true });
    expect(await magnetTurns!.position()).toMatchObject({ at: -2, settled: true });
  });

  test('tell why they did not do what they were asked', async () => {
    const { motors } = link();
    await expect(motors[0]!.move(9)).rejects.toThrow(DeviceError);
    await expect(motors[0]!.move(9)).rejects.toThrow(/from 0 to 8 mm, received 9 mm/);
  });

  test('that are silent, or whose link is lost, fail what was asked and what is asked later', async () => {
    const silent = new CameraMotor(translation, () => {}, 30);
    await expect(silent.position()).rejects.toThrow('an answer to motor-position within 30 ms');
    const motors = new CameraMotors([translation], () => {});
    const asked = [motors.list[0]!.move(1), motors.list[0]!.stop()];
    motors.lost();
    for (const done of asked) await expect(done).rejects.toThrow('a link to the camera');
    await expect(motors.list[0]!.position()).rejects.toThrow('a link to the camera');
  });

  test('take no answer of a motor that nobody announced, and none that is no answer', async () => {
    const motors = new CameraMotors([translation], () => {});
    const asked = motors.list[0]!.position();
    const answer = { type: 'motor', id: 1, motor: 'magnet-translation', at: 1, settled: true, tNs: 5 };
    motors.answered({ ...answer, motor: 'magnet-rotation' });
    expect(() => motors.answered({ ...answer, at: 'up' })).toThrow(ProtocolError);
    expect(() => motors.answered({ ...answer, motor: 'wheel' })).toThrow(ProtocolError);
    motors.answered(answer);
    expect(await asked).toEqual({ at: 1, settled: true, atNs: 5n });
  });

  test('an adapter passes over what is asked of a motor that it has not', async () => {
    expect(await answerMove({}, { type: 'motor-stop', id: 1, motor: 'magnet-rotation' })).toBeNull();
  });
});

describe('a hello', () => {
  const announced = { ...translation, unit: 'mm' };

  test('announces motors', () => {
    const turned = { ...rotation, unit: 'turns', speed: 2 };
    expect(parseHello({ ...hello, motors: [announced, turned] }).motors).toEqual([announced, turned]);
    expect(parseHello(hello).motors).toBeUndefined();
  });

  test.each([
    [[{ ...announced, from: 10 }], /from below to/],
    [[{ ...announced, unit: 'um' }], /the unit mm/],
    [[{ ...announced, motor: 'wheel' }], /motor/],
    [[announced, announced], /each motor once/],
    [[{ ...announced, to: Number.POSITIVE_INFINITY }], /to/],
  ])('with motors that cannot be is refused', (motors, words) => {
    expect(() => parseHello({ ...hello, motors })).toThrow(words);
  });
});
