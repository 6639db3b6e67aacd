import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { MAX_ROI_SIZE, MIN_ROI_SIZE, type Roi } from '#protocol/roi.ts';
import { DEFAULT_PATTERN, runFolderName } from '#protocol/run-folder-name.ts';
import { rigFields } from '#protocol/run-request.ts';
import { type RigChanges, type RigChoices, withChanges } from '#protocol/run-state.ts';
import { KeptFile } from './kept-file.ts';

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

const USUAL: RigChoices = { pattern: DEFAULT_PATTERN, name: '', notes: '', lowDiskGB: 5, roiSize: null };

/** What a rig needs again after a restart: in memory, and in a file where one is named. */
export class RigSettings {
  readonly #kept: KeptFile | null;
  #file: RigFile = { format: FORMAT, choices: {}, beads: null };

  /** Reads the file, if there is one; one that cannot be read is told of, and left as it is until something changes. */
  constructor(path: string | null, onProblem: (text: string) => void) {
    this.#kept =
      path === null
        ? null
        : new KeptFile(path, (cause) =>
            onProblem(`the settings of the rig could not be kept in ${path}: ${String(cause)}`),
          );
    if (path === null) return;
    try {
      this.#file = rigFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return;
      this.#kept!.isForeign = true;
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
    await this.#kept?.close();
  }

  #change(file: RigFile): void {
    this.#file = file;
    this.#kept?.keep(() => `${JSON.stringify(this.#file, null, 2)}\n`);
  }
}
