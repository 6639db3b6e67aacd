import { describe, expect, test } from 'vitest';
import { FramePacker } from '#camera-adapters/frame-packer.ts';
import { decodeAdapterMessage } from '#protocol/camera-link.ts';
import { layoutBytes, roiPlaces } from '#protocol/frame-layout.ts';
import { type FrameShape, frameBytes, type PixelFormat } from '#protocol/pixel-format.ts';

const shapeOf = (pixelFormat: PixelFormat): FrameShape => ({ width: 60, height: 40, pixelFormat });
/** ROIs of two sizes, one in the far corner, two that overlap. */
const rois = [
  { bead: 0, left: 7, top: 3, size: 12 },
  { bead: 4, left: 44, top: 24, size: 16 },
  { bead: 9, left: 10, top: 5, size: 12 },
];
const table = { type: 'rois' as const, version: 5, rois };
/** Every byte differs from its neighbors. */
const pixelsOf = (shape: FrameShape, seed: number) =>
  Uint8Array.from({ length: frameBytes(shape) }, (_, index) => (index * 31 + (index >> 8) * 7 + seed) & 255);
const frameOf = (shape: FrameShape, id: number) => ({ id, timeNs: BigInt(id), pixels: pixelsOf(shape, id) });
const sent = (packer: FramePacker, packed: ReturnType<FramePacker['pack']>, dropped = 0) =>
  decodeAdapterMessage(Uint8Array.from(packer.seal(packed, dropped))).raw;

describe('FramePacker', () => {
  test('a frame is whole until the tracker asks for ROIs, and again when it asks for none', () => {
    const shape = shapeOf('mono8');
    const packer = new FramePacker(shape);
    const whole = { type: 'frame', dropped: 2, data: expect.anything() };
    expect(sent(packer, packer.pack(frameOf(shape, 0)), 2)).toEqual({ ...whole, id: 0, tNs: 0n });
    packer.setRois(table);
    expect(sent(packer, packer.pack(frameOf(shape, 1)))).toMatchObject({ rois: 5 });
    packer.setRois({ ...table, version: 6, rois: [] });
    const last = sent(packer, packer.pack(frameOf(shape, 2)));
    expect(last.rois).toBeUndefined();
    expect(Buffer.compare(last.data as Uint8Array, pixelsOf(shape, 2))).toBe(0);
  });

  test.each(['mono8', 'mono12', 'float32'] as const)('ROIs of %s lie where the layout says', (format) => {
    const shape = shapeOf(format);
    const bytesPerPixel = frameBytes(shape) / (shape.width * shape.height);
    const packer = new FramePacker(shape);
    packer.setRois(table);
    const frame = frameOf(shape, 3);
    const data = sent(packer, packer.pack(frame)).data as Uint8Array;
    expect(data).toHaveLength(layoutBytes(shape, rois, 'rois'));
    const places = roiPlaces(rois, shape.width, 'rois');
    rois.forEach(({ left, top, size }, bead) => {
      for (let row = 0; row < size; row++) {
        const from = (places[bead]!.start + row * places[bead]!.stride) * bytesPerPixel;
        const there = ((top + row) * shape.width + left) * bytesPerPixel;
        const bytes = size * bytesPerPixel;
        expect(
          Buffer.compare(data.subarray(from, from + bytes), frame.pixels.subarray(there, there + bytes)),
        ).toBe(0);
      }
    });
  });

  test('the picture comes once, with the next frame that is cut', () => {
    const shape = shapeOf('mono8');
    const packer = new FramePacker(shape);
    packer.askForPicture();
    expect(sent(packer, packer.pack(frameOf(shape, 0))).picture).toBeUndefined();
    packer.setRois(table);
    const shown = sent(packer, packer.pack(frameOf(shape, 1)));
    expect(Buffer.compare(shown.picture as Uint8Array, pixelsOf(shape, 1))).toBe(0);
    expect(shown.data).toHaveLength(layoutBytes(shape, rois, 'rois'));
    expect(sent(packer, packer.pack(frameOf(shape, 2))).picture).toBeUndefined();
  });

  test('frames that wait keep their own pixels, and buffers go round', () => {
    const shape = shapeOf('mono8');
    const packer = new FramePacker(shape);
    const waiting = [0, 1, 2].map((id) => packer.pack(frameOf(shape, id)));
    for (const [id, frame] of waiting.entries()) {
      expect(Buffer.compare(sent(packer, frame).data as Uint8Array, pixelsOf(shape, id))).toBe(0);
      packer.release(frame);
    }
    const again = [3, 4, 5].map((id) => packer.pack(frameOf(shape, id)).buffer);
    expect(new Set(again)).toEqual(new Set(waiting.map(({ buffer }) => buffer)));
  });

  test('the truth of a simulated camera fits before the pixels, however many beads', () => {
    const shape = shapeOf('mono8');
    const packer = new FramePacker(shape);
    const truth = Float64Array.from({ length: 3 * 500 }, (_, index) => index / 7);
    const frame = { ...frameOf(shape, 4_000_000_000), timeNs: 1_795_000_000_000_000_000n, truth };
    packer.setRois({ ...table, version: 4_000_000_000 });
    packer.askForPicture();
    const { truth: bytes, picture } = sent(packer, packer.pack(frame), 4_000_000_000);
    expect(new Float64Array(new Uint8Array(bytes as Uint8Array).buffer)).toEqual(truth);
    expect(Buffer.compare(picture as Uint8Array, frame.pixels)).toBe(0);
  });
});
