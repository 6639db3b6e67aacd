import { join } from 'node:path';
import { ZLutError } from '#protocol/errors.ts';
import type { Roi } from '#protocol/roi.ts';
import type { ZLut } from '#protocol/z-lut.ts';
import { readZLut } from '#protocol/z-lut-file.ts';
import {
  FIRST_Z_LUT,
  type ListedZLut,
  type ZLutComparisonAnswer,
  type ZLutList,
} from '#protocol/z-lut-list.ts';
import type { ZLutRequest } from '#protocol/z-lut-requests.ts';
import type { Plan } from '#stages/plan.ts';
import { assertHasModel } from '#stages/plan-needs.ts';
import { listStacks } from './stack-files.ts';
import { factsOf } from './z-lut-facts.ts';
import { type ZLutFile, type ZLutFolders, zLutFiles } from './z-lut-files.ts';
import type { ZLutSource } from './z-lut-jobs.ts';
import { ZLutThread } from './z-lut-thread.ts';

export interface ZLutShelfOptions {
  folders: ZLutFolders;
  plan: Plan;
  /** ROIs of all beads now. */
  rois(): readonly Roi[];
  /** What a bead is tracked with, or null. */
  zLutOf(bead: number): ZLut | null;
  /** What it began with, or null. */
  firstZLutOf(bead: number): ZLut | null;
}

/** Files that are listed at most. */
const MOST_LISTED = 200;
const IN_USE = /^in-use\/(\d{1,9})$/;

/** The Z-LUTs a tracker has at hand: those its beads are tracked with, and files to choose from. */
export class ZLutShelf {
  readonly #options: ZLutShelfOptions;
  readonly #thread = new ZLutThread();
  /** What was read of files, by path, size, change, ROI sizes and plan. */
  #known = new Map<string, ListedZLut>();

  constructor(options: ZLutShelfOptions) {
    this.#options = options;
  }

  async list(): Promise<ZLutList> {
    const { plan, folders, rois, zLutOf, firstZLutOf } = this.#options;
    const files = (await zLutFiles(folders)).filter(({ isKept }) => isKept);
    const listed = files.slice(0, MOST_LISTED);
    const roiSizes = [...new Set(rois().map(({ size }) => size))].sort((a, b) => a - b);
    const known = new Map<string, ListedZLut>();
    for (const file of listed) {
      const key = JSON.stringify([file, roiSizes, plan]);
      known.set(key, this.#known.get(key) ?? (await this.#read(file, roiSizes)));
    }
    this.#known = known;
    const stacks = await listStacks(folders.recordings);
    return {
      folder: folders.kept,
      zLuts: [...known.values()],
      leftOut: files.length - listed.length,
      stackFolder: join(folders.recordings, 'stacks'),
      stacks: stacks.slice(0, MOST_LISTED).map(({ stack, isSweep }) => ({ stack, isSweep })),
      stacksLeftOut: Math.max(0, stacks.length - MOST_LISTED),
      inUse: rois().map(({ bead, size }) => {
        const zLut = zLutOf(bead);
        const isFirst = zLut === firstZLutOf(bead);
        return {
          ...{ bead, roiSize: size, zLut: `in-use/${bead}`, isFirst },
          facts: zLut && factsOf(zLut),
        };
      }),
    };
  }

  /**
   * Z-LUTs by bead that a request asks for.
   * @throws {ZLutError} when there is no such Z-LUT or bead, or it cannot be read or lacks a model
   */
  async wanted({
    zLut: name,
    beads,
  }: Extract<ZLutRequest, { type: 'z-lut-assign' }>): Promise<Map<number, ZLut | null>> {
    const { firstZLutOf, plan, rois } = this.#options;
    const there = rois().map(({ bead }) => bead);
    const missing = beads?.find((bead) => !there.includes(bead));
    if (missing !== undefined) {
      const [expected, received] = ['beads that are there', `bead ${missing}`];
      throw new ZLutError({ where: 'z-lut-assign.beads', expected, received });
    }
    const one = name === null || name === FIRST_Z_LUT ? null : await open(await this.#source(name, true));
    const wanted = new Map<number, ZLut | null>();
    for (const bead of beads ?? there) {
      const zLut = name === FIRST_Z_LUT ? firstZLutOf(bead) : one;
      if (zLut) assertHasModel(plan, zLut, bead);
      wanted.set(bead, zLut);
    }
    return wanted;
  }

  /** @throws {ZLutError} when there is no such Z-LUT, or it cannot be read */
  async read(name: string): Promise<ZLut> {
    return open(await this.#source(name));
  }

  /**
   * The file of a Z-LUT; null for one in use.
   * @throws {ZLutError} when there is no such Z-LUT
   */
  async path(name: string): Promise<string | null> {
    const source = await this.#source(name);
    return 'path' in source ? source.path : null;
  }

  /**
   * What a check of it finds, as a page.
   * @throws {ZLutError} when there is no such Z-LUT, or it cannot be read
   */
  async report(name: string): Promise<string> {
    const source = await this.#source(name);
    return this.#thread.ask({ type: 'report', source, plan: this.#options.plan });
  }

  /** @throws {ZLutError} when one is not there, cannot be read, or the two are not alike */
  async compare(first: string, second: string): Promise<ZLutComparisonAnswer> {
    const [a, b] = [await this.#source(first), await this.#source(second)];
    return this.#thread.ask({ type: 'compare', first: a, second: b });
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  /** A name is only ever looked up among those that are there, so that none leads elsewhere. */
  async #source(name: string, onlyKept = false): Promise<ZLutSource> {
    const [, bead] = IN_USE.exec(name) ?? [];
    if (bead !== undefined) {
      const { rois, zLutOf } = this.#options;
      const roi = rois().find((one) => String(one.bead) === bead);
      const zLut = roi && zLutOf(roi.bead);
      if (zLut) return { zLut };
    } else {
      const file = (await zLutFiles(this.#options.folders)).find(({ zLut }) => zLut === name);
      if (file && (file.isKept || !onlyKept)) return { path: file.path };
    }
    throw new MissingZLutError({
      where: `Z-LUT '${name}'`,
      expected: 'one of the list',
      received: 'another name',
    });
  }

  async #read({ zLut, path, bytes, changedMs }: ZLutFile, roiSizes: readonly number[]): Promise<ListedZLut> {
    const file = { zLut, bytes, changedMs };
    try {
      const use = { plan: this.#options.plan, roiSizes };
      return { ...file, error: null, ...(await this.#thread.ask({ type: 'facts', path, use })) };
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      // The folder is nobody's business but the tracker's.
      return { ...file, facts: null, error: error.replaceAll(path, zLut), misfits: [] };
    }
  }
}

async function open(source: ZLutSource): Promise<ZLut> {
  return 'zLut' in source ? source.zLut : readZLut(source.path);
}

/** A name that is not in the list. */
export class MissingZLutError extends ZLutError {}
