import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { getDecoder } from 'geotiff';

/** Turns a stored strip or tile into the bytes it was made from; throws an error of its own when it cannot. */
export type TiffCodec = (stored: Uint8Array) => Promise<Uint8Array>;

const inflateInThreadPool = promisify(inflate);

const CODECS: Record<number, TiffCodec> = {
  1: async (stored) => stored,
  5: geotiffCodec(5),
  8: inflateInThreadPool,
  32773: geotiffCodec(32773),
  32946: inflateInThreadPool,
  50000: geotiffCodec(50000),
};

const NAMES: Record<number, string> = {
  1: 'none',
  2: 'CCITT',
  3: 'CCITT fax 3',
  4: 'CCITT fax 4',
  5: 'LZW',
  6: 'old JPEG',
  7: 'JPEG',
  8: 'deflate',
  32773: 'PackBits',
  34887: 'LERC',
  34925: 'LZMA',
  50000: 'Zstandard',
};

/** Compressions that are read, for messages. */
export const CODEC_NAMES = 'no compression, deflate, LZW, PackBits or Zstandard';

/** The codec of a compression by its TIFF number; undefined for those we do not read. */
export function tiffCodec(compression: number): TiffCodec | undefined {
  return CODECS[compression];
}

/** `JPEG`, or the number where we know no name. */
export function compressionName(compression: number): string {
  return NAMES[compression] ?? `compression ${compression}`;
}

/**
 * The decompressor of `geotiff` alone. Its `readRasters` copies pixel by pixel, fails on uncompressed big-endian
 * tiles, and undoes predictors as if every file were little-endian, which gives wrong counts without an error.
 */
function geotiffCodec(compression: number): TiffCodec {
  const decoder = getDecoderOnce(compression);
  return async (stored) => {
    const bytes = stored.buffer.slice(stored.byteOffset, stored.byteOffset + stored.length);
    return new Uint8Array(await (await decoder()).decodeBlock(bytes));
  };
}

function getDecoderOnce(compression: number): () => ReturnType<typeof getDecoder> {
  let decoder: ReturnType<typeof getDecoder> | undefined;
  return () => {
    // Only decodeBlock is used, which reads none of these.
    decoder ??= getDecoder(compression, {
      tileWidth: 0,
      tileHeight: 0,
      predictor: 1,
      bitsPerSample: 8,
      planarConfiguration: 1,
    });
    return decoder;
  };
}
