import { readFile } from 'node:fs/promises';
import { type CellMap, cellLabels, cellMapOf, LAST_CELL } from '#protocol/cell-map.ts';
import { ConfigError } from '#protocol/errors.ts';
import { decodeNpy, encodeNpy } from '#protocol/npy.ts';
import { KeptFile } from './kept-file.ts';

/**
 * Cells of a .npy file: [row, column] numbers from 1, 0 outside.
 * @throws {ConfigError} if it cannot be read or holds anything else
 */
export async function readCellFile(path: string): Promise<CellMap> {
  const refuse = (received: string, cause?: unknown) => {
    const expected = `numbers of cells from 1 to ${LAST_CELL}, 0 outside, [row, column]`;
    return new ConfigError({ where: `cells ${path}`, expected, received }, cause);
  };
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw refuse(String(cause), cause);
  });
  const { shape, data } = decodeNpy(bytes, `cells ${path}`, ConfigError);
  const [height, width] = shape;
  if (shape.length !== 2 || !width || !height) throw refuse(`[${shape.join(', ')}]`);
  const wrong = data.findIndex((value) => {
    const cell = Number(value);
    return !Number.isInteger(cell) || cell < 0 || cell > LAST_CELL;
  });
  if (wrong >= 0) throw refuse(`${data[wrong]} at row ${Math.floor(wrong / width)}, column ${wrong % width}`);
  return cellMapOf(Uint16Array.from<number | bigint>(data, Number), width, height);
}

/** Cells of the settings, or those that were there last time, in a file that is written when they change. */
export class CellKeeper {
  readonly #given: CellMap | null;
  readonly #kept: KeptFile | null;
  readonly #onProblem: (text: string) => void;

  /**
   * @param given cells of the settings, which go before those of last time
   * @param path file that keeps them for the next start, or null
   */
  constructor(given: CellMap | null, path: string | null, onProblem: (text: string) => void) {
    this.#given = given;
    this.#onProblem = onProblem;
    this.#kept =
      path === null
        ? null
        : new KeptFile(path, (cause) =>
            onProblem(`the cells could not be kept in ${path}: ${String(cause)}`),
          );
  }

  get path(): string | null {
    return this.#kept?.path ?? null;
  }

  /** Cells to begin with in frames of this size; none, and a word why, where there are some that do not fit. */
  async cellsIn({ width, height }: { width: number; height: number }): Promise<CellMap> {
    const none = { width, height, runs: new Uint32Array(0) };
    const map = this.#given ?? (await this.#lastTime());
    if (!map || (map.width === width && map.height === height)) return map ?? none;
    const whose = this.#given ? 'of the settings' : 'of last time';
    this.#onProblem(
      `the cells ${whose} do not fit, and are left out: they are of frames of ${map.width} x ${map.height} px, these have ${width} x ${height} px`,
    );
    return none;
  }

  keep(map: CellMap): void {
    const { width, height } = map;
    this.#kept?.keep(() => encodeNpy(new Uint16Array(cellLabels(map)), [height, width]));
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    await this.#kept?.close();
  }

  async #lastTime(): Promise<CellMap | null> {
    if (!this.#kept) return null;
    try {
      return await readCellFile(this.#kept.path);
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      const { cause: reason } = cause;
      if (reason instanceof Error && 'code' in reason && reason.code === 'ENOENT') return null;
      this.#kept.isForeign = true;
      this.#onProblem(`the cells of last time cannot be read: ${cause.message}`);
      return null;
    }
  }
}
