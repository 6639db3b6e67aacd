import { StackError } from '#protocol/errors.ts';
import { frameBytes, PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import { swapByteOrder } from './byte-order.ts';
import type { Stack } from './stack.ts';
import { checkRead, openStackFile, readFrameBytes, type StackFile } from './stack-file.ts';
import { type TdmsImages, tdmsImages } from './tdms-images.ts';
import { readTdmsIndex, type TdmsIndex } from './tdms-index.ts';
import { readTdmsRows, type TdmsRows } from './tdms-rows.ts';

const ROI_SIDE = 'ROI (pix)';

/**
 * Opens the frames of a TDMS file: images in its channels, else the movie of an ROI that lies beside it, `NAMEROI.bin` to
 * `NAME.tdms`: square 8-bit frames, one for each row of its channels. Times and the focus are those of the channels
 * `Time (s)` and `Focus (mm)`.
 *
 * @param images group or channel whose images are meant, where there are several
 * @throws {StackError} if there are no frames, or not as many as rows; what is missing of a file that is cut off is named
 *   in `cut`
 */
export async function openTdmsStack(file: StackFile, images?: string): Promise<Stack> {
  const index = readTdmsIndex(file);
  const rows = await readTdmsRows(file, index);
  const found = tdmsImages(file.path, index, images);
  return found ? imageStack(file, index, rows, found) : roiStack(file, index, rows);
}

function imageStack(file: StackFile, { cut }: TdmsIndex, rows: TdmsRows, images: TdmsImages): Stack {
  const { width, height, pixelFormat, frames } = images;
  const bytes = frameBytes(images);
  const { bytesPerPixel } = PIXEL_FORMATS[pixelFormat];
  if (frames === 0)
    throw new StackError({ where: file.path, expected: 'a whole frame', received: cut ?? 'none' });
  // Rows of something else than the frames say nothing of them.
  const told = rows.rows === frames ? rows : { rows: 0 };
  return {
    ...{ path: file.path, width, height, pixelFormat, frames },
    ...(cut !== undefined && { cut }),
    ...factsOf(told, frames),
    async readFrame(frame, into) {
      checkRead(file.path, frames, frame, bytes, into);
      let done = 0;
      for (const run of images.runsOf(frame)) {
        const piece = into.subarray(done, done + run.bytes);
        await readFrameBytes(file, frame, piece, run.bytes, run.position);
        if (!run.littleEndian) swapByteOrder(piece, bytesPerPixel);
        done += run.bytes;
      }
    },
    close: () => file.handle.close(),
  };
}

async function roiStack(file: StackFile, index: TdmsIndex, rows: TdmsRows): Promise<Stack> {
  const path = file.path.replace(/(\.tdms)?$/i, 'ROI.bin');
  if (rows.rows === 0) {
    throw new StackError({
      where: file.path,
      expected: `channels with the properties width and height, or a row 'Time (s)' for each frame of ${path}`,
      received: 'neither',
    });
  }
  const movie = await openStackFile(path).catch((cause: unknown) => {
    throw new StackError(
      {
        where: file.path,
        expected: `images in its channels, or the movie of an ROI in ${path}`,
        received: 'traces alone',
        remedy: 'put the movie beside it; export writes the traces as CSV',
      },
      cause,
    );
  });
  try {
    const { side, frames, cut } = roiFrames(file, movie, index, rows);
    const bytes = side * side;
    await file.handle.close();
    return {
      ...{ path: file.path, width: side, height: side, pixelFormat: 'mono8', frames },
      ...(cut !== undefined && { cut }),
      ...factsOf(rows, frames),
      async readFrame(frame, into) {
        checkRead(path, frames, frame, bytes, into);
        await readFrameBytes(movie, frame, into, bytes, frame * bytes);
      },
      close: () => movie.handle.close(),
    };
  } catch (error) {
    await movie.handle.close();
    throw error;
  }
}

/** How large frames are, and how many both files have. */
function roiFrames(file: StackFile, movie: StackFile, index: TdmsIndex, { rows }: TdmsRows) {
  const said = index.objects.get('/')?.properties.get(ROI_SIDE);
  const side = said === undefined ? Math.sqrt(movie.size / rows) : Number(said);
  const refuse = (where: string, expected: string, received: string, remedy: string) =>
    new StackError({ where, expected, received, remedy });
  if (said === undefined && index.cut !== undefined) {
    throw refuse(`${file.path} ${ROI_SIDE}`, 'the side of a frame', index.cut, 'copy the file again');
  }
  if (!Number.isInteger(side) || side <= 0) {
    throw said === undefined
      ? refuse(movie.path, `${rows} square frames`, `${movie.size} bytes`, 'copy both files again')
      : refuse(`${file.path} ${ROI_SIDE}`, 'a whole number of px', `${said}`, 'correct it in LabVIEW');
  }
  const bytes = side * side;
  const there = Math.floor(movie.size / bytes);
  const expected = `${rows * bytes} bytes: ${rows} frames of ${side} x ${side} px, as the rows of ${file.path}`;
  if (there === 0 || (index.cut === undefined && movie.size > rows * bytes)) {
    throw refuse(movie.path, expected, `${movie.size}`, 'copy both files again: they are not of one run');
  }
  const cuts = [index.cut];
  if (movie.size < rows * bytes) cuts.push(`frames ${there} to ${rows - 1} of ${movie.path} are missing`);
  const cut = cuts.filter((text) => text !== undefined).join('; ');
  return { side, frames: Math.min(rows, there), ...(cut !== '' && { cut }) };
}

function factsOf({ timeNs, planeZNm }: TdmsRows, frames: number) {
  return {
    ...(timeNs && { timeNs: timeNs.subarray(0, frames) }),
    ...(planeZNm && { planeZNm: planeZNm.subarray(0, frames) }),
  };
}
