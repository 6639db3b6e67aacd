import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import {
  decodeAdapterMessage,
  decodeTrackerMessage,
  encodeLinkMessage,
  parseHello,
  type TrackerMessage,
} from '#protocol/camera-link.ts';
import { checkFrame } from '#protocol/frame-message.ts';

const shape = { width: 64, height: 48, pixelFormat: 'mono16' } as const;
const hello = { type: 'hello', version: 1, camera: 'test', ...shape, fps: 100, pixelSizeNm: 100 } as const;

const { version: _, ...withoutVersion } = hello;

describe('camera link', () => {
  test('a hello survives the wire, with and without what a camera may add to it', () => {
    for (const sent of [hello, { ...hello, wrap: { first: 1, last: 65535 }, roiStreaming: true }]) {
      const { raw } = decodeAdapterMessage(encodeLinkMessage(sent));
      expect(parseHello(raw)).toEqual(sent);
    }
  });

  test('pixels of a frame are left where they are in the message', () => {
    const data = Uint8Array.from({ length: 64 * 48 * 2 }, (_, index) => index);
    const bytes = encodeLinkMessage({ type: 'frame', id: 5, tNs: 1_795_000_000_000_000_123n, data });
    const frame = checkFrame(decodeAdapterMessage(bytes).raw, shape);
    expect(frame.tNs).toBe(1_795_000_000_000_000_123n);
    expect(Buffer.compare(frame.data, data)).toBe(0);
    expect(frame.data.buffer).toBe(bytes.buffer);
  });

  test.each([
    [{ ...hello, version: 2 }, 'hello version: expected 1, received 2'],
    [withoutVersion, 'hello version: expected 1, received none'],
    [{ ...hello, pixelFormat: 'rgb8' }, 'pixelFormat'],
    [{ ...hello, width: -1 }, 'width'],
    [{ ...hello, wrap: { first: 1, last: 8 } }, 'a counter of at least 16 numbers'],
    [{ ...hello, wrap: { last: 65535 } }, 'wrap.first'],
  ])('a bad hello is refused by the name of its field', (bad, words) => {
    const { raw } = decodeAdapterMessage(new Packr({ useRecords: false }).pack(bad));
    expect(() => parseHello(raw)).toThrow(words);
  });

  test('a frame of another size names both byte counts and the likely setting', () => {
    const raw = { type: 'frame', id: 1204, tNs: 0n, data: new Uint8Array(64 * 48) };
    expect(() => checkFrame(raw, shape)).toThrow(
      'frame 1204: expected 6144 bytes (64 x 48 mono16), received 3072; is the camera set to mono8?',
    );
  });

  test.each([{ id: 1.5 }, { id: -1 }, { id: 'x' }, { id: 2 ** 32 }, { tNs: 'now' }, { data: [1, 2] }])(
    'a frame with %j is refused',
    (bad) => {
      const raw = { type: 'frame', id: 1, tNs: 0n, data: new Uint8Array(6144), ...bad };
      expect(() => checkFrame(raw, shape)).toThrow(/^frame/);
    },
  );

  test('bytes that are no message are refused, never trusted', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeAdapterMessage(bytes);
        } catch (error) {
          expect((error as { code: string }).code).toBe('E_PROTOCOL');
        }
      }),
    );
  });

  test('messages of the tracker survive the wire', () => {
    const messages: TrackerMessage[] = [
      { type: 'welcome', version: 1, credit: 4 },
      { type: 'credit', credit: 1 },
      { type: 'rois', version: 3, rois: [{ left: 4, top: 5, size: 64 }] },
      { type: 'picture' },
      { type: 'error', code: 'E_FRAME', message: 'x' },
      { type: 'farewell' },
    ];
    for (const message of messages) expect(decodeTrackerMessage(encodeLinkMessage(message))).toEqual(message);
  });
});
