import { PIXEL_FORMATS } from '#protocol/pixel-format.ts';
import { type FileAccess, openFile } from '#recording/append-file.ts';
import type { FilmFrame } from './film-frame.ts';
import type { PageFacts, PageWriter } from './page-writer.ts';
import { FIRST_POINTER_AT, type TiffPageHead, tiffHeader, tiffPageHead, tiffPointer } from './tiff-page.ts';

/** Characters of the description of the first page, which is written again when the number of pages is known. */
const DESCRIPTION_ROOM = 512;

/**
 * Opens a BigTIFF that ImageJ knows the scale of: [directory][pixels] of every page, then the pointer of the page before,
 * so that a file that ends anywhere has every page before it.
 * @throws what the disk says; that there is one already among it
 */
export async function openBigTiff(path: string, facts: PageFacts): Promise<PageWriter> {
  const file = await openFile(path, 'wx');
  const header = tiffHeader();
  await file.write(header, 0);
  return new BigTiff(file, header.length, facts);
}

class BigTiff implements PageWriter {
  readonly #file: FileAccess;
  readonly #facts: PageFacts;
  #end: number;
  #pages = 0;
  #pointerAt = FIRST_POINTER_AT;
  #first: { frame: Pick<FilmFrame, 'id' | 'timeNs'>; head: TiffPageHead } | null = null;

  constructor(file: FileAccess, end: number, facts: PageFacts) {
    this.#file = file;
    this.#end = end;
    this.#facts = facts;
  }

  get bytes(): number {
    return this.#end;
  }

  async append({ id, timeNs, pixels }: FilmFrame): Promise<void> {
    const frame = { id, timeNs };
    const isFirst = this.#first === null;
    const text = isFirst ? this.#imageJ(frame, null) : stampWords(frame);
    const head = tiffPageHead(this.#end, this.#facts, text);
    try {
      await this.#file.write(head.bytes, this.#end);
      await this.#file.write(pixels, this.#end + head.bytes.length);
      await this.#file.write(tiffPointer(this.#end), this.#pointerAt);
    } catch (cause) {
      // The pointer may lead there already; what it would find is no page.
      await this.#file.write(tiffPointer(0), this.#pointerAt).catch(() => {});
      await this.#file.truncate(this.#end).catch(() => {});
      throw cause;
    }
    this.#first ??= { frame, head };
    this.#pointerAt = head.nextPointerAt;
    this.#end += head.bytes.length + pixels.length;
    this.#pages++;
  }

  async commit(): Promise<void> {}

  sync(): Promise<void> {
    return this.#file.sync();
  }

  async close(): Promise<void> {
    try {
      if (this.#first) {
        const text = this.#imageJ(this.#first.frame, this.#pages);
        await this.#file.write(Buffer.from(text), this.#first.head.descriptionAt);
      }
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }

  /** @param pages null while there will be more: programs that know ImageJ would not count them */
  #imageJ(frame: Pick<FilmFrame, 'id' | 'timeNs'>, pages: number | null): string {
    const { pixelFormat, pixelSizeNm, secondsPerPage } = this.#facts;
    const { saturation } = PIXEL_FORMATS[pixelFormat];
    const lines = [
      pages === null ? 'a movie that was not completed' : 'ImageJ=1.54f',
      ...(pages !== null && pages > 1 ? [`images=${pages}`, `frames=${pages}`, 'hyperstack=true'] : []),
      ...(pixelSizeNm > 0 ? ['unit=micron'] : []),
      ...(secondsPerPage > 0 ? [`finterval=${secondsPerPage}`] : []),
      ...(Number.isFinite(saturation) ? ['min=0', `max=${saturation}`] : []),
      'loop=false',
      stampWords(frame),
    ];
    return `${lines.join('\n')}\n`.padEnd(DESCRIPTION_ROOM, '\n');
  }
}

const stampWords = ({ id, timeNs }: Pick<FilmFrame, 'id' | 'timeNs'>) => `frame=${id}\ntimeNs=${timeNs}`;
