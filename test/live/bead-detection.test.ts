import { describe, expect, test, vi } from 'vitest';
import type { ReceivedFrame } from '#ingest/camera-endpoint.ts';
import { CAMERA_LINK_VERSION, type HelloMessage } from '#protocol/camera-link.ts';
import type { DetectBeadsRequest } from '#protocol/detect-beads.ts';
import { LimitError, RoiError } from '#protocol/errors.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import type { Roi } from '#protocol/roi.ts';
import { BeadDetection } from '#tracker/live/bead-detection.ts';
import { syntheticField } from '../rois/synthetic-field.ts';

const field = syntheticField(320, 240, 3).rings(80, 90, 22).rings(240, 90, 22).rings(160, 180, 22);
const counts = field.expose(3);

const camera = (pixelFormat: PixelFormat): HelloMessage => ({
  type: 'hello',
  version: CAMERA_LINK_VERSION,
  camera: 'test',
  ...{ width: field.width, height: field.height, pixelFormat, fps: 10 },
});
const frame = (facts: Partial<ReceivedFrame>): ReceivedFrame =>
  ({ id: 7, timeNs: 0n, receivedNs: 0n, pixels: counts, rois: null, ...facts }) as ReceivedFrame;
const ask = (facts: Partial<DetectBeadsRequest> = {}): DetectBeadsRequest => ({
  type: 'detect-beads',
  id: 4,
  roiSize: 60,
  minScore: 0.5,
  ...facts,
});
const runWith = (rois: Roi[]) => ({ roiTable: { list: () => rois } });
const nobody = { askForPicture: () => {} };

describe('detection of beads in a live frame', () => {
  test('searches the next frame in another thread and leaves the beads out that are tracked', async () => {
    const detection = new BeadDetection(nobody);
    detection.frame(frame({ id: 6, pixels: new Uint8Array(field.width * field.height) }), camera('mono8'));
    const asked = detection.detect(ask(), runWith([{ bead: 0, left: 52, top: 58, size: 60 }]));
    detection.frame(frame({}), camera('mono8'));
    detection.frame(frame({ id: 8, pixels: new Uint8Array(field.width * field.height) }), camera('mono8'));
    const { proposals, ...rest } = await asked;
    expect(rest).toEqual({ type: 'proposals', id: 4, frame: 7, tracked: 1 });
    const places = proposals.map(({ xPx, yPx }) => [Math.round(xPx), Math.round(yPx)]);
    expect(places.toSorted((a, b) => a[0]! - b[0]!)).toEqual([
      [160, 180],
      [240, 90],
    ]);
    expect(proposals.every(({ kind, roiSize }) => kind === 'isolated' && roiSize === 60)).toBe(true);
    expect(counts.length).toBe(field.width * field.height);
  });

  test('reads 16-bit pixels that lie at an odd place of a message', async () => {
    const words = Uint16Array.from(counts, (count) => 16 * count);
    const message = new Uint8Array(words.byteLength + 1);
    message.set(new Uint8Array(words.buffer), 1);
    const detection = new BeadDetection(nobody);
    const asked = detection.detect(ask({ kinds: ['isolated'] }), null);
    detection.frame(frame({ pixels: message.subarray(1) }), camera('mono12'));
    expect((await asked).proposals).toHaveLength(3);
  });

  test('asks for a whole frame where frames are cut to ROIs, and waits for it', async () => {
    const askForPicture = vi.fn();
    const detection = new BeadDetection({ askForPicture });
    const rois: Roi[] = [{ bead: 0, left: 0, top: 0, size: 8 }];
    const asked = detection.detect(ask(), null);
    detection.frame(frame({ pixels: new Uint8Array(64), rois }), camera('mono8'));
    expect(askForPicture).toHaveBeenCalledOnce();
    detection.frame(frame({ id: 9, pixels: new Uint8Array(64), rois, picture: counts }), camera('mono8'));
    // It has one: nobody needs another.
    detection.frame(frame({ pixels: new Uint8Array(64), rois }), camera('mono8'));
    expect(askForPicture).toHaveBeenCalledOnce();
    expect(await asked).toMatchObject({ frame: 9, proposals: { length: 3 } });
  });

  test('does one search at a time, and the next when it is done, even if it failed', async () => {
    const detection = new BeadDetection(nobody);
    const nowhere = detection.detect(ask({ seed: { xPx: 20, yPx: 220 } }), null);
    await expect(detection.detect(ask(), null)).rejects.toThrow(LimitError);
    detection.frame(frame({}), camera('mono8'));
    await expect(nowhere).rejects.toThrow(RoiError);
    await expect(nowhere).rejects.toThrow(/seed bead: expected a place inside the rings.*x 20.0, y 220.0 px/);
    const seeded = detection.detect(ask({ seed: { xPx: 82, yPx: 91 } }), null);
    detection.frame(frame({}), camera('mono8'));
    expect((await seeded).proposals[0]!.score).toBeGreaterThan(0.95);
  });

  test('says so when no frame comes', async () => {
    const askForPicture = vi.fn();
    const detection = new BeadDetection({ askForPicture }, 1);
    await expect(detection.detect(ask(), null)).rejects.toThrow(/expected a whole frame within 1 ms/);
    // It no longer waits.
    const rois: Roi[] = [{ bead: 0, left: 0, top: 0, size: 8 }];
    detection.frame(frame({ pixels: new Uint8Array(64), rois }), camera('mono8'));
    expect(askForPicture).not.toHaveBeenCalled();
    await expect(detection.detect(ask(), null)).rejects.toThrow(RoiError);
  });
});
