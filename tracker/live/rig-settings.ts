import { readFileSync } from 'node:fs';
import { copyFile, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { MAX_ROI_SIZE, MIN_ROI_SIZE, type Roi } from '#protocol/roi.ts';
import { DEFAULT_PATTERN, runFolderName } from '#protocol/run-folder-name.ts';
import { rigFields } from '#protocol/run-request.ts';
import { type RigChanges, type RigChoices, withChanges } from '#protocol/run-state.ts';

const FORMAT = 'tweezertrack-rig/1';
const MOST_BEADS = 10_000;

const roi = z.object({
  bead: z.number().int().min(0),
  left: z.number().int(),
  top: z.number().int(),
  size: z.number().int().min(MIN_ROI_SIZE).max(MAX_ROI_SIZE),
  follow: z.boolean().optional(),
});

const rigFile = z.object({
  format: z.literal(FORMAT),
  choices: z.object(rigFields).partial(),
  /** Beads as they were last, and the frames they are in. */
  beads: z
    .object({ width: z.number().int(), height: z.number().int(), rois: z.array(roi).max(MOST_BEADS) })
    .nullable(),
});

type RigFile = z.output<typeof rigFile>;

const USUAL: RigChoices = { pattern: DEFAULT_PATTERN, name: '', notes: '', lowDiskGB: 5 };

/** What a rig needs again after a restart: in memory, and in a file where one is named. */
export class RigSettings {
  readonly #path: string | null;
  readonly #onProblem: (text: string) => void;
  #file: RigFile = { format: FORMAT, choices: {}, beads: null };
  /** The file on the disk is none of ours: it is kept beside before it is replaced. */
  #isForeign = false;
  #isStale = false;
  #writing: Promise<void> | null = null;

  /** Reads the file, if there is one; one that cannot be read is told of, and left as it is until something changes. */
  constructor(path: string | null, onProblem: (text: string) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
    if (path === null) return;
    try {
      this.#file = rigFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return;
      this.#isForeign = true;
      const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
      onProblem(`${path} holds no settings of a rig, which begin anew: ${reason}`);
    }
  }

  get choices(): RigChoices {
    const choices = withChanges(USUAL, this.#file.choices);
    // Of a file that somebody edited.
    const named = runFolderName({ ...choices, camera: '', startedAt: new Date(0) });
    return 'folder' in named ? choices : { ...choices, pattern: USUAL.pattern, name: USUAL.name };
  }

  /** Beads to begin with in frames of this size. */
  beadsIn({ width, height }: { width: number; height: number }): Roi[] {
    const { beads } = this.#file;
    if (beads?.width !== width || beads.height !== height) return [];
    return beads.rois.map(({ follow, ...square }) => ({
      ...square,
      ...(follow !== undefined && { follow }),
    }));
  }

  choose(changes: RigChanges): void {
    this.#change({ ...this.#file, choices: withChanges(this.choices, changes) });
  }

  keepBeads({ width, height }: { width: number; height: number }, rois: readonly Roi[]): void {
    this.#change({ ...this.#file, beads: { width, height, rois: rois.map((one) => ({ ...one })) } });
  }

  /** Resolves when all is written that was changed. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  #change(file: RigFile): void {
    this.#file = file;
    if (this.#path === null) return;
    this.#isStale = true;
    this.#writing ??= this.#writeAll(this.#path).finally(() => {
      this.#writing = null;
    });
  }

  async #writeAll(path: string): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      try {
        if (this.#isForeign) await copyFile(path, `${path}.unreadable`);
        this.#isForeign = false;
        await writeWhole(path, `${JSON.stringify(this.#file, null, 2)}\n`);
      } catch (cause) {
        this.#onProblem(`the settings of the rig could not be kept in ${path}: ${String(cause)}`);
      }
    }
  }
}

/** Writes a file so that a crash leaves either the old or the new one. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(`${path}.tmp`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.tmp`, path);
}
