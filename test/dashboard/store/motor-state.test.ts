import { expect, test } from 'vitest';
import type { LiveMessage } from '#protocol/live.ts';
import type { MotorStatus } from '#protocol/motor.ts';
import { type MotorTraceMessage, pointsOf } from '#protocol/motor-trace.ts';
import { createLiveStore } from '../../../dashboard/store/live-store.ts';

const magnet: MotorStatus = {
  ...{ motor: 'magnet-translation', name: 'simulated', from: 0, to: 8 },
  ...{ at: 3, settled: true, target: null, error: null },
};
const says = (type: 'snapshot' | 'status', motors?: MotorStatus[]) =>
  ({ type, ...(type === 'snapshot' && { beads: [] }), ...(motors && { motors }) }) as unknown as LiveMessage;

test('motors come with the snapshot, move with messages and status, and go with a tracker that has none', () => {
  const store = createLiveStore();
  expect(store.motors.value).toEqual([]);
  store.apply(says('snapshot', [magnet]));
  expect(store.motors.value).toEqual([magnet]);
  const moving = { ...magnet, at: 3.5, settled: false, target: 8 };
  store.apply({ type: 'motors', motors: [moving] });
  expect(store.motors.value).toEqual([moving]);
  store.apply(says('status', [magnet]));
  expect(store.motors.value).toEqual([magnet]);
  store.apply(says('status'));
  expect(store.motors.value).toEqual([magnet]);
  store.apply(says('snapshot'));
  expect(store.motors.value).toEqual([]);
});

test('where motors were comes as it becomes known, and whole with every connection', () => {
  const store = createLiveStore();
  const told = (isWhole: boolean, from: number, places: readonly number[]): MotorTraceMessage => ({
    ...{ type: 'motor-trace', isWhole },
    ...pointsOf((name) =>
      Float64Array.from(places, (place, at) =>
        name === 'timeS' ? from + at : name === 'magnetMm' ? place : Number.NaN,
      ),
    ),
  });
  const changes = store.traceChanges.value;
  expect(store.knownMotors.value).toEqual([]);
  store.apply(told(true, 0, [3, 4]));
  store.apply(told(false, 2, [5]));
  expect(store.knownMotors.value).toEqual(['magnetMm']);
  expect([...store.motorTrace.points.magnetMm]).toEqual([3, 4, 5]);
  expect(store.traceChanges.value).toBe(changes + 2);
  // Another tracker, without motors.
  store.apply(told(true, 0, []));
  expect([store.knownMotors.value, store.motorTrace.points.timeS.length]).toEqual([[], 0]);
});
