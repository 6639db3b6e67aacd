import { describe, expect, test } from 'vitest';
import { decodeAdapterMessage, encodeLinkMessage } from '#protocol/camera-link.ts';
import { checkFrame, DATA_HEAD_BYTES, frameHead, setDataHead } from '#protocol/frame-message.ts';

const shape = { width: 64, height: 48, pixelFormat: 'mono8' } as const;
const cut = { type: 'frame', id: 7, tNs: 1_795_000_000_000_000_123n, dropped: 300, rois: 9 } as const;
const truth = Uint8Array.from({ length: 48 }, (_, index) => index);
/** 2 ROIs of 10 px in version 9. */
const bytesOf = (version: number) => (version === 9 ? 200 : undefined);

describe('the head of a frame message', () => {
  test.each([0, 200, 70_000])('and %d bytes of pixels are the message a packer makes', (bytes) => {
    const data = new Uint8Array(bytes).fill(3);
    const message = { ...cut, truth };
    const sent = Buffer.concat([frameHead(message, bytes, null), data]);
    expect(decodeAdapterMessage(sent).raw).toEqual(
      decodeAdapterMessage(encodeLinkMessage({ ...message, data })).raw,
    );
  });

  test('and a picture before the pixels of the ROIs, too', () => {
    const picture = new Uint8Array(3072).fill(5);
    const data = new Uint8Array(200).fill(3);
    const between = new Uint8Array(DATA_HEAD_BYTES);
    setDataHead(between, 0, data.length);
    const sent = Buffer.concat([frameHead(cut, data.length, picture.length), picture, between, data]);
    expect(decodeAdapterMessage(sent).raw).toEqual(
      decodeAdapterMessage(encodeLinkMessage({ ...cut, picture, data })).raw,
    );
  });
});

describe('a frame that is cut to ROIs', () => {
  const frame = { ...cut, data: new Uint8Array(200) };

  test('has the bytes of its version, and a whole picture if any', () => {
    expect(checkFrame(frame, shape, bytesOf)).toBe(frame);
    const shown = { ...frame, picture: new Uint8Array(3072) };
    expect(checkFrame(shown, shape, bytesOf)).toBe(shown);
  });

  test.each([
    [{ ...frame, data: new Uint8Array(3072) }, 'frame 7 with ROIs of version 9: expected 200 bytes'],
    [{ ...frame, rois: 8 }, 'frame 7 rois: expected a version of this link'],
    [{ ...frame, rois: 'nine' }, 'frame 7 rois: expected a version of this link'],
    [{ ...frame, picture: new Uint8Array(200) }, 'picture of frame 7: expected 3072 bytes'],
    [{ ...frame, picture: 'x' }, 'picture of frame 7: expected 3072 bytes (64 x 48 mono8), received string'],
  ])('is refused when it is not what its version says', (bad, words) => {
    expect(() => checkFrame(bad, shape, bytesOf)).toThrow(words);
  });

  test('is refused by a tracker that asked for none', () => {
    expect(() => checkFrame(frame, shape)).toThrow('frame 7 rois');
  });
});
