import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { stringify } from 'smol-toml';
import { runInChild } from '#calibration/run-in-child.ts';
import { ProtocolError, ZLutError } from '#protocol/errors.ts';
import type { EventMessage } from '#protocol/live.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import type { StackBuildStatus } from '#protocol/z-lut-list.ts';
import { exists, existsAlready } from '#protocol/z-lut-new-file.ts';
import type { ZLutBuildRequest } from '#protocol/z-lut-requests.ts';
import type { Plan } from '#stages/plan.ts';
import { needsModel } from '#stages/plan-needs.ts';
import { listStacks, type StackFile } from './stack-files.ts';
import type { ZLutFolders } from './z-lut-files.ts';

export interface StackBuildOptions {
  /** Stacks lie below that of recordings. */
  folders: ZLutFolders;
  /** The plan that runs: Z-LUTs are built for it. */
  planNow(): Plan;
  /** Told of every change of the status. */
  changed(): void;
  event(level: EventMessage['level'], text: string): void;
}

/** Where Z-LUTs are until the build has ended: no list looks there. */
const UNFINISHED = '.building-';
const SETTINGS = 'settings.toml';
const PLANES = 'planes.csv';

/** Builds Z-LUTs from recorded stacks by `zlut build`, one stack at a time, in a process of its own. */
export class StackBuild {
  readonly #options: StackBuildOptions;
  readonly #zLuts: string;
  readonly #aside: string;
  #status: StackBuildStatus | null = null;
  #running: { halt: AbortController; ended: Promise<void> } | null = null;

  constructor(options: StackBuildOptions) {
    this.#options = options;
    const { kept, recordings } = options.folders;
    this.#zLuts = resolve(kept);
    // Another tracker may keep its Z-LUTs in the same folder, and build at the same time.
    const own = createHash('sha256').update(resolve(recordings)).digest('hex').slice(0, 8);
    this.#aside = join(this.#zLuts, `${UNFINISHED}${own}`);
  }

  /** Null before the first. */
  get status(): StackBuildStatus | null {
    return this.#status;
  }

  /**
   * Begins a build, and returns without waiting for its end.
   * @throws {ProtocolError} when one runs already, or a sweep is told what it says itself
   * @throws {ZLutError} when there is no such stack
   */
  async start(request: ZLutBuildRequest): Promise<void> {
    const stack = await this.#find(request);
    if (this.#running) {
      const [expected, received] = ['one build at a time', `${this.#status?.stack} is being built`];
      throw new ProtocolError({ where: request.type, expected, received, remedy: 'wait for it, or stop it' });
    }
    const halt = new AbortController();
    this.#status = { stack: stack.stack, phase: 'building', message: null, zLuts: [] };
    const ended = this.#run(stack, request, halt.signal).finally(() => {
      this.#running = null;
      this.#options.changed();
    });
    this.#running = { halt, ended };
    this.#options.changed();
  }

  /** Ends the build that runs, if any; nothing of it stays. */
  async stop(): Promise<void> {
    this.#running?.halt.abort();
    await this.#running?.ended;
  }

  /** A name is only ever looked up among those that are there, so that none leads elsewhere. */
  async #find({ type, stack, ...told }: ZLutBuildRequest): Promise<StackFile> {
    const found = (await listStacks(this.#options.folders.recordings)).find((one) => one.stack === stack);
    if (!found) {
      const [expected, received] = ['one of the list', 'another name'];
      throw new ZLutError({ where: `stack '${stack}'`, expected, received });
    }
    const { zStartNm, zStepNm, planesCsv, rois, roiSize } = told;
    if (planesCsv !== undefined && (zStartNm ?? zStepNm) !== undefined) {
      const [expected, received] = ['planes by a list, or by start and step', 'both'];
      throw new ProtocolError({ where: type, expected, received });
    }
    if (found.isSweep && [zStartNm, zStepNm, planesCsv, rois, roiSize].some((one) => one !== undefined)) {
      const [expected, received] = ['no planes and ROIs for a sweep, which has its own', 'some'];
      throw new ProtocolError({ where: type, expected, received });
    }
    return found;
  }

  async #run(stack: StackFile, request: ZLutBuildRequest, signal: AbortSignal): Promise<void> {
    const { event, planNow, changed } = this.#options;
    const aside = this.#aside;
    const end = (part: Omit<StackBuildStatus, 'stack'>) => {
      this.#status = { stack: stack.stack, ...part };
    };
    try {
      // What a tracker that was killed left.
      await rm(aside, { recursive: true, force: true });
      await mkdir(aside, { recursive: true });
      const plan = planNow();
      await writeFile(join(aside, SETTINGS), settingsOf(plan));
      if (request.planesCsv !== undefined) await writeFile(join(aside, PLANES), request.planesCsv);
      const name = await this.#freeName(stack);
      const out = ['--out', `${name}-bead-{bead}.zlut`, '--report', '--config', SETTINGS];
      const model = needsModel(plan) ? ['--model'] : [];
      const args = ['zlut', 'build', resolve(stack.path), ...argumentsOf(stack, request), ...out, ...model];
      const { code, complaint } = await runInChild(args, signal, {
        cwd: aside,
        onComplaint: (text) => {
          end({ phase: 'building', message: this.#inWords(lastLine(text)) || null, zLuts: [] });
          changed();
        },
      });
      const made = (await readdir(aside)).filter((file) => file.endsWith('.zlut'));
      // Of several beads some may have failed, which it says by another code than 0.
      if (code === null || made.length === 0) {
        const received = this.#inWords(complaint) || `exit ${code}`;
        throw new ZLutError({ where: stack.stack, expected: 'its Z-LUTs', received });
      }
      const zLuts = [];
      for (const file of made.sort(byNumber)) zLuts.push(await this.#keep(file));
      end({ phase: 'built', message: made.length > 1 ? lastLine(complaint) : null, zLuts });
      event('info', `built ${made.length} Z-LUTs from ${stack.stack}`);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      end({
        phase: signal.aborted ? 'stopped' : 'failed',
        message: signal.aborted ? null : message,
        zLuts: [],
      });
      if (!signal.aborted) event('warning', `no Z-LUTs were built from ${stack.stack}: ${message}`);
    } finally {
      await rm(aside, { recursive: true, force: true }).catch((cause) => event('warning', String(cause)));
    }
  }

  /** Puts a Z-LUT where lists look, with its report, which is there first. */
  async #keep(file: string): Promise<StackBuildStatus['zLuts'][number]> {
    const [from, to] = [join(this.#aside, file), join(this.#zLuts, file)];
    const { origin } = await readZLut(from);
    if (await exists(to)) throw existsAlready(to);
    await rename(`${from}.html`, `${to}.html`);
    await rename(from, to);
    return { zLut: `z-luts/${file}`, quality: origin?.quality ?? null };
  }

  /** A name after the stack that no file there begins with. */
  async #freeName({ path, isSweep }: StackFile): Promise<string> {
    const whole = isSweep ? basename(path) : basename(path, extname(path));
    const name = whole.replace(/[^\w.-]+/g, '_').replace(/^[.-]+/, '') || 'stack';
    const taken = await readdir(this.#zLuts);
    for (let number = 1; ; number++) {
      const free = number === 1 ? name : `${name}-${number}`;
      if (!taken.some((file) => file.startsWith(`${free}-bead-`))) return free;
    }
  }

  /** The folders are nobody's business but the tracker's. */
  #inWords(complaint: string): string {
    const recordings = resolve(this.#options.folders.recordings);
    return complaint.replaceAll(join(this.#zLuts, '/'), 'z-luts/').replaceAll(join(recordings, '/'), '');
  }
}

function argumentsOf(
  { isSweep }: StackFile,
  { zStartNm, zStepNm, framesPerPlane, bothWays, planesCsv, pixelSizeNm, rois, roiSize }: ZLutBuildRequest,
): string[] {
  const pixels = pixelSizeNm === undefined ? [] : ['--pixel-size', `${pixelSizeNm}`];
  if (isSweep) return pixels;
  return [
    ...pixels,
    ...(planesCsv === undefined ? [] : ['--z', PLANES]),
    ...(zStartNm === undefined ? [] : [`--z-start=${zStartNm}`]),
    ...(zStepNm === undefined ? [] : [`--z-step=${zStepNm}`]),
    ...['--frames-per-plane', `${framesPerPlane}`],
    ...(bothWays ? ['--both-ways'] : []),
    ...(rois === undefined ? [] : ['--rois', rois]),
    ...(roiSize === undefined ? [] : ['--roi-size', `${roiSize}`]),
  ];
}

/** A settings file with this plan. */
function settingsOf(plan: Plan): string {
  const params = Object.fromEntries(plan.map((step) => [step.stage, step.params]));
  return stringify({ pipeline: { stages: plan.map(({ stage }) => stage), params } });
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare;

const lastLine = (text: string) => text.trim().split('\n').at(-1)!.trim().slice(0, 300);
