import { expect, test } from 'vitest';
import { CameraControls } from '#ingest/camera-controls.ts';
import type { TrackerMessage } from '#protocol/camera-link.ts';

const GAIN = { name: 'gain', value: 1, from: 1, to: 8 };

function controlsOf(answerMs?: number) {
  const sent: TrackerMessage[] = [];
  const announced = { settings: [GAIN], acquiring: true };
  const controls = new CameraControls('test', announced, (message) => sent.push(message), answerMs);
  return { controls, sent };
}

test('a camera that announces nothing has no controls', () => {
  const hello = { type: 'hello', version: 1, camera: 'old', fps: 1 } as const;
  const shape = { width: 8, height: 8, pixelFormat: 'mono8' } as const;
  expect(CameraControls.of({ ...hello, ...shape }, () => {})).toBeNull();
});

test('a refusal of the adapter is told in its words, and its settings are those it has', async () => {
  const { controls, sent } = controlsOf();
  const set = controls.set('gain', 4);
  expect(sent).toEqual([{ type: 'camera-set', id: 1, name: 'gain', value: 4 }]);
  const error = 'the sensor is too warm';
  controls.answered({ type: 'camera', id: 1, settings: [{ ...GAIN, to: 2 }], acquiring: true, error });
  await expect(set).rejects.toThrow("camera 'test': expected it done, received the sensor is too warm");
  await expect(controls.set('gain', 4)).rejects.toThrow('gain: expected 1 to 2, received 4');
});

test('what a camera does by itself is heard, and what is no answer is refused', () => {
  const { controls } = controlsOf();
  controls.answered({ type: 'camera', id: 0, settings: [{ ...GAIN, value: 3 }], acquiring: false });
  expect([controls.settings[0]!.value, controls.acquiring]).toEqual([3, false]);
  for (const settings of [null, 'x', [{ name: 'a b', value: 1 }], Array(25).fill(GAIN)]) {
    expect(() => controls.answered({ type: 'camera', id: 0, settings })).toThrow(
      'camera message: expected id, settings',
    );
  }
  expect(controls.settings[0]!.value).toBe(3);
});

test('an adapter that does not answer, or is gone, holds nobody up', async () => {
  const { controls } = controlsOf(1);
  await expect(controls.acquire(false)).rejects.toThrow('an answer to acquire within 1 ms, received none');
  const { controls: leaving } = controlsOf();
  const acquired = leaving.acquire(false);
  leaving.lost();
  await expect(acquired).rejects.toThrow('expected a link to the camera, received none');
  await expect(leaving.set('gain', 2)).rejects.toThrow('expected a link to the camera');
});
