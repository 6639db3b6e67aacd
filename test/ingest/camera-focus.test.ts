import { describe, expect, test } from 'vitest';
import { answerFocus } from '#camera-adapters/focus-stages/answer-focus.ts';
import { simulatedFocusStage } from '#camera-adapters/focus-stages/simulated.ts';
import { CameraFocus } from '#ingest/camera-focus.ts';
import {
  decodeAdapterMessage,
  decodeTrackerMessage,
  encodeLinkMessage,
  parseHello,
} from '#protocol/camera-link.ts';
import { DeviceError, ProtocolError } from '#protocol/errors.ts';
import type { FocusRequest } from '#protocol/focus-link.ts';

const facts = { name: 'simulated', fromNm: -1000, toNm: 1000 };
const hello = {
  ...{ type: 'hello', version: 1, camera: 'test' },
  ...{ width: 80, height: 60, pixelFormat: 'mono8', fps: 100 },
};

/** Both ends of a link, with every message as bytes in between. */
function link() {
  const stage = simulatedFocusStage({
    ...{ rangeNm: [-2000, 2000], speedNmPerS: 1000, settleMs: 0 },
    ...{ hysteresisNm: 0, driftNmPerS: 0 },
  });
  stage.focusNm(1_700_000_000_000_000_001n);
  const focus = new CameraFocus(facts, async (message) => {
    const request = decodeTrackerMessage(encodeLinkMessage(message)) as FocusRequest;
    const answer = await answerFocus(stage, request);
    focus.answered(decodeAdapterMessage(encodeLinkMessage(answer)).raw);
  });
  return { stage, focus };
}

describe('a focus stage behind a camera link', () => {
  test('is moved, stopped, and says where it is by the clock of the frames, to the ns', async () => {
    const { focus, stage } = link();
    await focus.move(500);
    stage.focusNm(1_700_000_000_250_000_001n);
    expect(await focus.position()).toEqual({
      zNm: 250,
      settled: false,
      atNs: 1_700_000_000_250_000_001n,
    });
    await focus.stop();
    stage.focusNm(1_700_000_009_000_000_001n);
    expect(await focus.position()).toMatchObject({ zNm: 250, settled: true });
  });

  test('tells why it did not do what it was asked', async () => {
    const { focus } = link();
    await expect(focus.move(2500)).rejects.toThrow(DeviceError);
    await expect(focus.move(2500)).rejects.toThrow(/from -2000 to 2000 nm, received 2500 nm/);
  });

  test('that is silent, or whose link is lost, fails what was asked and what is asked later', async () => {
    const silent = new CameraFocus(facts, () => {}, 30);
    await expect(silent.position()).rejects.toThrow('an answer to focus-position within 30 ms');
    const focus = new CameraFocus(facts, () => {});
    const asked = [focus.move(1), focus.stop()];
    focus.lost();
    for (const done of asked) await expect(done).rejects.toThrow('a link to the camera');
    await expect(focus.position()).rejects.toThrow('a link to the camera');
  });

  test('takes no answer to a question that nobody waits for, and none that is no answer', () => {
    const focus = new CameraFocus(facts, () => {});
    focus.answered({ type: 'focus', id: 99, zNm: 0, settled: true, tNs: 0 });
    expect(() => focus.answered({ type: 'focus', id: 1, zNm: 'up', settled: true, tNs: 0 })).toThrow(
      ProtocolError,
    );
  });
});

describe('a hello', () => {
  test('of an adapter without a focus stage is as good as ever', () => {
    expect(parseHello(hello).focusStage).toBeUndefined();
  });

  test('announces one', () => {
    expect(parseHello({ ...hello, focusStage: facts }).focusStage).toEqual(facts);
  });

  test.each([
    [{ ...facts, fromNm: 1000 }, /fromNm below toNm/],
    [{ ...facts, toNm: Number.POSITIVE_INFINITY }, /toNm/],
    [{ ...facts, name: 'a\nb' }, /control characters/],
  ])('with one that cannot be is refused', (focusStage, words) => {
    expect(() => parseHello({ ...hello, focusStage })).toThrow(words);
  });
});
