import { StackError } from '#protocol/errors.ts';
import { type FrameShape, frameBytes } from '#protocol/pixel-format.ts';
import type { Stack } from './stack.ts';
import { checkRead, readFrameBytes, readUpTo, type StackFile } from './stack-file.ts';

/** Bytes before the pixels of every frame: where it was cut from, when, and where the stage stood. */
const HEAD_BYTES = 88;
const AT = {
  left: 0,
  width: 4,
  top: 8,
  height: 12,
  pixels: 20,
  timeMs: 24,
  stageXNm: 48,
  stageYNm: 52,
  focusZNm: 56,
} as const;
const LARGEST_SIDE = 16_384;
const NS_PER_MS = 1_000_000n;

interface GmvHead {
  width: number;
  height: number;
  timeMs: number;
  /** NaN where the camera had no stage. */
  focusZNm: number;
}

/**
 * Opens a movie of one bead as LabVIEW programs of magnetic tweezers write it: per frame a head of 88 bytes, then
 * 16-bit pixels, all little-endian. Known by its name, since it begins with nothing of its own.
 * @throws {StackError} if a head is not one, or of another size than the first; a last frame that is cut off is named in `cut`
 */
export async function openGmv(file: StackFile): Promise<Stack> {
  const first = await readHead(file, 0, 0);
  const shape: FrameShape = { width: first.width, height: first.height, pixelFormat: 'mono16' };
  const bytes = frameBytes(shape);
  const stored = HEAD_BYTES + bytes;
  const frames = Math.floor(file.size / stored);
  if (frames === 0) {
    throw new StackError({
      where: `${file.path} frame 0`,
      expected: `${stored} bytes`,
      received: `${file.size}`,
      remedy: 'the file is cut off: copy it again',
    });
  }
  const timeNs = new BigInt64Array(frames);
  const planeZNm = new Float64Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    const head = await readHead(file, frame, frame * stored);
    if (head.width !== first.width || head.height !== first.height) {
      throw new StackError({
        where: `${file.path} frame ${frame}`,
        expected: `${first.width} x ${first.height} px, as the first frame`,
        received: `${head.width} x ${head.height}`,
      });
    }
    timeNs[frame] = BigInt(head.timeMs - first.timeMs) * NS_PER_MS;
    planeZNm[frame] = head.focusZNm;
  }
  const rest = file.size - frames * stored;
  return {
    ...shape,
    path: file.path,
    frames,
    ...(rest > 0 && { cut: `frame ${frames}: ${rest} of ${stored} bytes` }),
    timeNs,
    ...(planeZNm.every(Number.isFinite) && { planeZNm }),
    async readFrame(frame, into) {
      checkRead(file.path, frames, frame, bytes, into);
      await readFrameBytes(file, frame, into, bytes, frame * stored + HEAD_BYTES);
    },
    close: () => file.handle.close(),
  };
}

async function readHead(file: StackFile, frame: number, position: number): Promise<GmvHead> {
  const bytes = new Uint8Array(HEAD_BYTES);
  const received = await readUpTo(file, bytes, HEAD_BYTES, position);
  const view = new DataView(bytes.buffer);
  const [width, height] = [view.getInt32(AT.width, true), view.getInt32(AT.height, true)];
  const isSide = (side: number) => side > 0 && side <= LARGEST_SIDE;
  const pixels = view.getInt32(AT.pixels, true);
  if (received < HEAD_BYTES || !isSide(width) || !isSide(height) || pixels !== width * height) {
    throw new StackError({
      where: `${file.path} frame ${frame}`,
      expected: 'the head of a frame of a .gmv movie: width, height, and their product as its pixels',
      received: received < HEAD_BYTES ? `${received} bytes` : `${width}, ${height} and ${pixels}`,
    });
  }
  const timeMs = view.getInt32(AT.timeMs, true);
  // All zero where no stage was read.
  const stages = [AT.stageXNm, AT.stageYNm, AT.focusZNm].map((at) => view.getInt32(at, true));
  return { width, height, timeMs, focusZNm: stages.some((nm) => nm !== 0) ? stages[2]! : Number.NaN };
}
