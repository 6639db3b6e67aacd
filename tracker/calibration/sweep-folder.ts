import { mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RecordingError } from '#protocol/errors.ts';
import { frameBytes, PIXEL_FORMAT_NAMES, PIXEL_FORMATS, usedBits } from '#protocol/pixel-format.ts';
import { sweepSettings } from '#protocol/sweep-request.ts';
import { formatRoiCsv } from '#rois/roi-file.ts';
import { KeptLines } from './kept-lines.ts';
import type { CollectedPlane } from './plane-collector.ts';
import { PlaneFile } from './plane-file.ts';
import { PASS_NUMBER, type PlaneOrder, planesOf } from './sweep-order.ts';
import { SweepPlaces } from './sweep-places.ts';
import { PLANES_HEADER, planeLine } from './sweep-planes.ts';

const roi = z.object({ bead: z.number(), left: z.number(), top: z.number(), size: z.number() });

/** What `sweep.json` says: all that is needed to go on after a power cut. */
const recordSchema = z.object({
  version: z.literal(1),
  settings: sweepSettings,
  strip: z.object({
    width: z.number(),
    height: z.number(),
    pixelFormat: z.enum(PIXEL_FORMAT_NAMES),
    rois: z.array(roi),
  }),
  camera: z.string(),
  /** nm per px in the sample plane; null when unknown. */
  pixelSizeNm: z.number().positive().nullable(),
  /** Size of a frame it can go on with, px. */
  frame: z.object({ width: z.number(), height: z.number() }),
  /** The pipeline its Z-LUTs are for. */
  plan: z.array(z.object({ stage: z.string(), params: z.record(z.string(), z.unknown()) })),
  focusStage: z.string(),
  /** Where the focus was before, nm. */
  homeNm: z.number(),
  /** Camera time of the first frame, ns since 1970. */
  startNs: z.string().nullable(),
  planesDone: z.number().int().min(0),
  /** `taking` can be resumed; `taken` has all frames; `kept` has its Z-LUTs and is done with. */
  state: z.enum(['taking', 'taken', 'kept']),
});

type SweepRecord = z.output<typeof recordSchema>;

export const SWEEP_FILES = {
  record: 'sweep.json',
  stack: 'stack.bin',
  planes: 'planes.csv',
  /** Where beads lie in the stack. */
  rois: 'rois.csv',
  /** Where they were in the frames of the camera; sweeps of old have none. */
  places: 'stack-rois.csv',
} as const;

/** A stack that is not whole has a name that no reader opens. */
const PART = 'stack.part';

/** What is written while planes are taken. */
interface Taking {
  file: PlaneFile;
  lines: KeptLines;
  places: SweepPlaces | null;
}

/** A focal sweep on disk: written plane by plane, so that one that is interrupted goes on where its last plane ended. */
export class SweepFolder {
  readonly path: string;
  /** Name of the folder. */
  readonly sweep: string;
  readonly planes: readonly PlaneOrder[];
  readonly #taking: Taking | null;
  #record: SweepRecord;

  private constructor(folder: string, sweep: string, record: SweepRecord, taking: Taking | null) {
    this.path = join(folder, sweep);
    this.sweep = sweep;
    this.planes = planesOf(record.settings);
    this.#taking = taking;
    this.#record = record;
  }

  /** Begins a sweep in a new folder named by the time. */
  static async create(
    folder: string,
    given: Omit<SweepRecord, 'version' | 'planesDone' | 'state' | 'startNs'>,
    now = new Date(),
  ): Promise<SweepFolder> {
    const record: SweepRecord = { version: 1, ...given, startNs: null, planesDone: 0, state: 'taking' };
    const sweep = await newFolder(folder, now);
    const path = join(folder, sweep);
    const lines = await KeptLines.begin(join(path, SWEEP_FILES.planes), `${PLANES_HEADER}\n`);
    const places = await SweepPlaces.create(join(path, SWEEP_FILES.places), record.strip.rois);
    const file = await PlaneFile.open(join(path, PART), frameBytes(record.strip));
    const made = new SweepFolder(folder, sweep, record, { file, lines, places });
    await made.#save({});
    return made;
  }

  /**
   * Opens a sweep that was interrupted, without what came after its last whole plane.
   * @throws {RecordingError} when there is no such sweep, or its record cannot be read
   */
  static async open(folder: string, sweep: string): Promise<SweepFolder> {
    const path = join(folder, sweep);
    const record = await readSweepRecord(path);
    if (record.state !== 'taking') return new SweepFolder(folder, sweep, record, null);
    const { planesDone, settings, strip } = record;
    const frames = planesDone * settings.framesPerPlane;
    if (await sizeOf(join(path, SWEEP_FILES.stack))) {
      // It was whole when the power went.
      const whole = new SweepFolder(folder, sweep, record, null);
      await whole.#save({ state: 'taken' });
      return whole;
    }
    const wanted = frames * frameBytes(strip);
    const has = (await sizeOf(join(path, PART))) ?? 0;
    if (has < wanted) {
      const [expected, received] = [`${wanted} bytes of ${planesDone} planes`, `${has}`];
      throw new RecordingError({ where: join(path, PART), expected, received, remedy: 'discard the sweep' });
    }
    const csvPath = join(path, SWEEP_FILES.planes);
    const written = (await readFile(csvPath, 'utf8')).split('\n').slice(0, -1);
    if (written.length <= frames) {
      const [expected, received] = [`${frames} lines of ${planesDone} planes`, `${written.length - 1}`];
      throw new RecordingError({ where: csvPath, expected, received, remedy: 'discard the sweep' });
    }
    const lines = await KeptLines.begin(csvPath, `${written.slice(0, 1 + frames).join('\n')}\n`);
    const places = await SweepPlaces.open(join(path, SWEEP_FILES.places), strip.rois, frames);
    const file = await PlaneFile.open(join(path, PART), frameBytes(strip));
    await truncate(join(path, PART), wanted);
    return new SweepFolder(folder, sweep, record, { file, lines, places });
  }

  /** Names of sweeps that are neither kept nor discarded, oldest first. */
  static async unfinished(folder: string): Promise<string[]> {
    const names = await readdir(folder).catch(() => []);
    const found: string[] = [];
    for (const name of names.sort()) {
      const record = await readSweepRecord(join(folder, name)).catch(() => null);
      if (record && record.state !== 'kept') found.push(name);
    }
    return found;
  }

  /** Deletes a sweep. */
  static async discard(folder: string, sweep: string): Promise<void> {
    // Only what is a sweep: a name may come from the network.
    await readSweepRecord(join(folder, sweep));
    await rm(join(folder, sweep), { recursive: true });
  }

  /** Where frames go; null once all are taken. */
  get file(): PlaneFile | null {
    return this.#taking?.file ?? null;
  }

  get record(): Readonly<SweepRecord> {
    return this.#record;
  }

  /** Frame number of the first frame of the next plane. */
  get nextFrame(): number {
    return this.#record.planesDone * this.#record.settings.framesPerPlane;
  }

  /**
   * Makes the frames of a plane part of the sweep for good.
   * @param zNm where the focus was
   */
  async commit(zNm: number, { cutFrom, timeNs }: Omit<CollectedPlane, 'means'>): Promise<void> {
    const { file, lines: csv, places } = this.#taking!;
    await file.flush();
    const { planesDone } = this.#record;
    const startNs = BigInt(this.#record.startNs ?? timeNs[0]!);
    const pass = PASS_NUMBER[this.planes[planesDone]!.pass];
    const lines = timeNs.map((ns, index) => {
      const timeS = Number(ns - startNs) / 1e9;
      return planeLine(this.nextFrame + index, { planeZNm: zNm, pass, timeS });
    });
    await csv.append(lines.join(''));
    await places?.append(cutFrom);
    await this.#save({ planesDone: planesDone + 1, startNs: `${startNs}` });
  }

  /** Gives the stack its name, now that it is whole. */
  async finish(): Promise<void> {
    const { strip } = this.#record;
    const frames = this.nextFrame;
    await this.#taking!.file.close();
    const { width: x, height: y, pixelFormat } = strip;
    const { dtype } = PIXEL_FORMATS[pixelFormat];
    const bits = usedBits(pixelFormat);
    const beside = { frames, y, x, dtype, ...(bits && { bits }) };
    await writeFile(join(this.path, SWEEP_FILES.rois), formatRoiCsv(strip.rois));
    await writeFile(join(this.path, 'stack.json'), `${JSON.stringify(beside)}\n`);
    await rename(join(this.path, PART), join(this.path, SWEEP_FILES.stack));
    await this.#save({ state: 'taken' });
  }

  /** Notes that its Z-LUTs are there and it is done with. */
  async keep(): Promise<void> {
    await this.#save({ state: 'kept' });
  }

  async #save(change: Partial<SweepRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    const path = join(this.path, SWEEP_FILES.record);
    await writeFile(`${path}.part`, `${JSON.stringify(this.#record, null, 1)}\n`, { flush: true });
    await rename(`${path}.part`, path);
  }
}

/** Bytes of a file, undefined when there is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function newFolder(folder: string, now: Date): Promise<string> {
  const stamp = now.toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
  try {
    await mkdir(folder, { recursive: true });
    for (let copy = 1; ; copy++) {
      const sweep = copy === 1 ? stamp : `${stamp}_${copy}`;
      try {
        await mkdir(join(folder, sweep));
        return sweep;
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      }
    }
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new RecordingError({ where: folder, expected: 'a folder that can be written', received }, cause);
  }
}

/**
 * Reads what a sweep says of itself, and changes nothing.
 * @throws {RecordingError} when the folder is not that of a sweep
 */
export async function readSweepRecord(path: string): Promise<SweepRecord> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(join(path, SWEEP_FILES.record), 'utf8')));
  } catch (cause) {
    throw new RecordingError(
      {
        where: path,
        expected: 'the folder of a focal sweep',
        received: cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause),
        remedy: 'discard it, or give the name of another',
      },
      cause,
    );
  }
}
