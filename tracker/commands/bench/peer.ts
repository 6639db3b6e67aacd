import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ConfigError } from '#protocol/errors.ts';
import type { Conditions } from './case.ts';
import { digits, median } from './statistics.ts';

/** Figures that can be compared, and whether less of them is better. */
const COMPARABLE = { usPerRoi: true, roisPerSecond: false, fps: false, wallMs: true } as const;
type Comparable = keyof typeof COMPARABLE;

/** One run of a peer: figures of the last JSON line that it printed, if any, and the time it took. */
type PeerRun = { wallMs: number } & Partial<Record<Comparable | 'usPerRoiMin', number>>;

/** How a peer did beside us in one run. */
export interface PeerComparison extends Partial<Record<Comparable, number>> {
  command: string;
  /** The figure that is compared: the first that both have. */
  by: Comparable;
  /** How many times better ours is. */
  ratio: number;
  /** By the best repeat of either; a peer that repeats itself says `usPerRoiMin`. */
  ratioOfBest: number;
}

/** Another program that does the same work. */
export interface Peer {
  run(): Promise<void>;
  /** @param ours the same figures of every repeat of ours */
  compare(ours: Partial<Record<Comparable, readonly number[]>>): PeerComparison;
}

/**
 * A peer by its command line, in which `{roi}`, `{beads}`, `{planes}`, `{preset}` and `{pixelType}` stand for the
 * conditions of the line.
 */
export function createPeer(template: string, conditions: Conditions): Peer {
  const command = template.replaceAll(/\{(roi|beads|planes|preset|pixelType)\}/g, (_, name) =>
    String(conditions[name as keyof Conditions]),
  );
  const runs: PeerRun[] = [];
  return {
    async run() {
      runs.push(await runPeer(command));
    },
    compare(ours) {
      const has = (name: Comparable) => (ours[name]?.length ?? 0) > 0 && runs.every((run) => name in run);
      const by = (Object.keys(COMPARABLE) as Comparable[]).find(has) ?? 'wallMs';
      const of = (name: keyof PeerRun) => runs.flatMap((run) => run[name] ?? []);
      const best = (values: readonly number[]) =>
        COMPARABLE[by] ? Math.min(...values) : Math.max(...values);
      const theirs = of(by);
      if (by === 'usPerRoi') theirs.push(...of('usPerRoiMin'));
      const ratio = (mine: number, its: number) => digits(COMPARABLE[by] ? its / mine : mine / its);
      const figures = (Object.keys(COMPARABLE) as Comparable[])
        .filter((name) => of(name).length > 0)
        .map((name) => [name, digits(median(of(name)))]);
      return {
        command,
        ...Object.fromEntries(figures),
        by,
        ratio: ratio(median(ours[by] ?? []), median(of(by))),
        ratioOfBest: ratio(best(ours[by] ?? []), best(theirs)),
      };
    },
  };
}

/** Does ours and the peer's in turn, so that both meet the same neighbors on the machine. */
export async function inTurn<T>(
  repeats: number,
  ours: () => Promise<T>,
  peer: Peer | undefined,
): Promise<{ ours: T[]; wallMs: number[] }> {
  const results: T[] = [];
  const wallMs: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const startMs = performance.now();
    results.push(await ours());
    wallMs.push(performance.now() - startMs);
    await peer?.run();
  }
  return { ours: results, wallMs };
}

async function runPeer(command: string): Promise<PeerRun> {
  const startMs = performance.now();
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const wallMs = performance.now() - startMs;
  if (code !== 0) {
    throw new ConfigError({
      where: '--vs',
      expected: 'a command that succeeds',
      received: `exit code ${code} of '${command}'`,
    });
  }
  const printed = lastJson(output);
  const figures = [...Object.keys(COMPARABLE), 'usPerRoiMin'].flatMap((name) =>
    typeof printed[name] === 'number' ? [[name, printed[name]]] : [],
  );
  return { wallMs, ...Object.fromEntries(figures) };
}

function lastJson(output: string): Record<string, unknown> {
  for (const line of output.trim().split('\n').reverse()) {
    if (!line.startsWith('{')) continue;
    try {
      return JSON.parse(line);
    } catch {
      // Words of the peer that only look like it.
    }
  }
  return {};
}
