import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigError, RecordingError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import { type Run, readFollowedRois } from '#recording/read-recording.ts';
import { SWEEP_FILES } from '#tracker/calibration/sweep-folder.ts';

/** Where the ROI of a bead is from this frame on; of the size it has when left out. */
export interface RoiMove {
  frame: number;
  bead: number;
  left: number;
  top: number;
  size?: number | undefined;
}

/** Where ROIs are, frame after frame. */
export class MovingRois {
  readonly #where: string;
  readonly #moves: AsyncIterator<RoiMove>;
  readonly #indexOf: ReadonlyMap<number, number>;
  #rois: readonly Roi[];
  #next: RoiMove | null = null;
  #isDone = false;
  #isAsked = false;

  /**
   * @param rois those whose moves count, as they are before all of them
   * @param moves in the order of their frames
   * @param where they were read, for messages
   */
  constructor(rois: readonly Roi[], moves: AsyncIterable<RoiMove>, where: string) {
    this.#rois = rois;
    this.#indexOf = new Map(rois.map(({ bead }, index) => [bead, index]));
    this.#moves = moves[Symbol.asyncIterator]();
    this.#where = where;
  }

  /**
   * ROIs in a frame, the same list as before where none has moved.
   * @param frame none before those already asked for
   * @throws {ConfigError} when a bead has got an ROI of another size since the frame that was asked for first
   */
  async at(frame: number): Promise<readonly Roi[]> {
    let moved: Roi[] | null = null;
    for (let move = await this.#peek(); move && move.frame <= frame; move = await this.#peek()) {
      this.#next = null;
      const index = this.#indexOf.get(move.bead);
      if (index === undefined) continue;
      moved ??= [...this.#rois];
      const { bead, size: before } = moved[index]!;
      const { left, top, size = before } = move;
      if (this.#isAsked && size !== before) throw this.#resized(move, before);
      moved[index] = { bead, left, top, size };
    }
    this.#isAsked = true;
    if (moved) this.#rois = moved;
    return this.#rois;
  }

  async close(): Promise<void> {
    await this.#moves.return?.();
  }

  async #peek(): Promise<RoiMove | null> {
    if (this.#next || this.#isDone) return this.#next;
    const { done, value } = await this.#moves.next();
    if (done) this.#isDone = true;
    else this.#next = value;
    return this.#next;
  }

  #resized({ frame, bead, size: other }: RoiMove, size: number): ConfigError {
    return new ConfigError({
      where: `${this.#where}, bead ${bead}`,
      expected: `its ROI of ${size} px in all frames`,
      received: `${other} px from frame ${frame} on`,
      remedy: 'choose frames on one side of it with --frames, or give a CSV file of ROIs with --rois',
    });
  }
}

/**
 * ROIs that a run has in one of its frames.
 * @throws {RecordingError} when its list of places cannot be read
 */
export async function roisInFrame(run: Run, frame: number): Promise<readonly Roi[]> {
  const changes = run.record.roiChanges.filter((change) => change.frame <= frame);
  const rois = new Map<number, Roi>();
  for (const { bead, left, top, size } of [...run.record.rois, ...changes.flatMap(({ set }) => set)]) {
    rois.set(bead, { bead, left, top, size });
  }
  for (const bead of changes.flatMap(({ removed }) => removed)) rois.delete(bead);
  const moving = new MovingRois([...rois.values()], movesOfRun(run), run.folder);
  const there = await moving.at(frame);
  await moving.close();
  return there;
}

/**
 * Where some ROIs of a live sweep were in each of its frames.
 * @param path folder of the sweep
 * @param rois as they lie in its stack
 * @returns null where nobody knows
 */
export function placesOfSweep(path: string, rois: readonly Roi[]): MovingRois | null {
  const list = join(path, SWEEP_FILES.places);
  return existsSync(list) ? new MovingRois(rois, movesOfPages([{ path: list, firstPage: 0 }]), list) : null;
}

/** Every move of an ROI in a run, by the frame: those that somebody made, and those with its bead. */
export async function* movesOfRun({ record, roisPath }: Run): AsyncGenerator<RoiMove> {
  const made = record.roiChanges.flatMap(({ frame, set }) => set.map((roi) => ({ ...roi, frame })));
  let next = 0;
  // Older runs have none.
  if (existsSync(roisPath)) {
    for await (const move of readFollowedRois(roisPath)) {
      while (next < made.length && made[next]!.frame <= move.frame) yield made[next++]!;
      yield move;
    }
  }
  yield* made.slice(next);
}

/**
 * Where the ROIs in the pages of a movie were cut from, of the list beside each of its parts.
 * @param parts path of the list, and pages that come before
 * @throws {RecordingError} when a list is not there, or naming the line that is none
 */
export async function* movesOfPages(
  parts: readonly { path: string; firstPage: number }[],
): AsyncGenerator<RoiMove> {
  for (const { path, firstPage } of parts) {
    if (!existsSync(path)) {
      throw new RecordingError({
        where: path,
        expected: 'the list of places that the ROIs of the movie were cut from',
        received: 'no such file',
        remedy: 'copy it along with the movie, or give the movie itself, with --rois and --z',
      });
    }
    const input = createReadStream(path);
    let number = 0;
    let broken: RecordingError | null = null;
    try {
      for await (const line of createInterface({ input })) {
        // The last line may be cut off.
        if (broken) throw broken;
        if (number++ === 0) continue;
        const [, page, bead, left, top, size] =
          /^(\d+),(\d+),(\d+),(\d+),(\d+)$/.exec(line)?.map(Number) ?? [];
        if (size !== undefined) {
          yield { frame: firstPage + page!, bead: bead!, left: left!, top: top!, size };
          continue;
        }
        broken = new RecordingError({
          where: `${path} line ${number}`,
          expected: 'page,bead,left,top,size',
          received: `'${line.slice(0, 80)}'`,
        });
      }
    } finally {
      input.destroy();
    }
  }
}
