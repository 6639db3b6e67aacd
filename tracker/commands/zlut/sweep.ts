import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { ConfigError, DeviceError } from '#protocol/errors.ts';
import type { LiveMessage } from '#protocol/live.ts';
import type { CalibrationStatus, SweepStatus } from '#protocol/sweep.ts';
import { sweepSettings } from '#protocol/sweep-request.ts';
import { linkAccess } from '../link-options.ts';
import { assertSameRelease, LiveClient, type RequestWithoutId } from '../live-client.ts';
import { stopSignal } from '../live-options.ts';
import { number, wholeNumber } from '../options.ts';

interface SweepOptions {
  from?: number;
  to?: number;
  step?: number;
  frames?: number;
  bothWays?: boolean;
  beads?: number[];
  settle?: number;
  assign?: boolean;
  suggest?: boolean;
  resume?: string | true;
  discard?: string | true;
  tracker: string;
  tokenFile?: string;
  ca?: string;
  build?: string;
}

/** `zlut sweep`: a focal sweep by a running tracker, to the Z-LUTs of its beads. */
export function registerSweep(zlut: Command): void {
  zlut
    .command('sweep')
    .description('have a running tracker sweep the focus and build the Z-LUTs of its beads')
    .option('--from <nm>', 'lowest position of the focus stage', number)
    .option('--to <nm>', 'highest', number)
    .option('--step <nm>', 'from plane to plane', number)
    .option('--frames <count>', 'frames of a plane; default: 20', wholeNumber)
    .option('--both-ways', 'take the planes on the way back, too: hysteresis and drift are measured')
    .option('--beads <ids>', 'e.g. 1,2; default: all', beadList)
    .option('--settle <ms>', 'rest after every move; default: 50', number)
    .option('--assign', 'track with the Z-LUTs as soon as they are there')
    .option('--suggest', 'only look what range and step a quick coarse sweep speaks for')
    .option('--resume [sweep]', 'go on with one that was interrupted')
    .option('--discard [sweep]', 'delete one')
    .option('--tracker <url>', 'the tracker, ws:// or wss://', 'ws://127.0.0.1:8321')
    .option('--token-file <file>', 'file with the token of an operator; default: $TWEEZERTRACK_TOKEN')
    .option('--ca <file>', "PEM file of the authority that signed the tracker's certificate, or of itself")
    .option('--build <folder>', 'without a tracker: only build the Z-LUTs of a sweep that is taken')
    .action(sweep);
}

function beadList(text: string): number[] {
  const beads = text.split(',').map(Number);
  if (beads.every((bead) => Number.isInteger(bead) && bead >= 0)) return beads;
  throw new InvalidArgumentError('expected numbers of beads such as 1,2.');
}

async function sweep(options: SweepOptions): Promise<void> {
  if (options.build !== undefined) {
    const { buildSweep } = await import('./sweep-build.ts');
    console.log(JSON.stringify(await buildSweep(options.build)));
    return;
  }
  const request = requestOf(options);
  const watch = new SweepWatch(request.type === 'sweep-suggest');
  const client = await LiveClient.open(options.tracker, linkAccess(options), watch.hear);
  const stopped = stopSignal();
  try {
    await Promise.race([watch.welcomed, lost(client)]);
    refuse(await client.ask(request));
    watch.begin();
    if (request.type === 'sweep-discard') return;
    const ended = await Promise.race([watch.ended.then(() => true), stopped.then(() => false), lost(client)]);
    if (!ended) {
      console.error('stopping; the focus returns to where it was');
      refuse(await client.ask({ type: 'sweep-stop' }));
      process.exitCode = 130;
      return;
    }
    if (!watch.report()) process.exitCode = 1;
  } finally {
    client.close();
  }
}

/** What the options ask the tracker for. */
function requestOf(options: SweepOptions): RequestWithoutId {
  const { beads, discard, from, resume, suggest, to } = options;
  const named = (name: string | true) => (name === true ? {} : { sweep: name });
  if (resume !== undefined) return { type: 'sweep-resume', ...named(resume) };
  if (discard !== undefined) return { type: 'sweep-discard', ...named(discard) };
  const chosen = beads && { beads };
  if (suggest) {
    return {
      ...{ type: 'sweep-suggest', ...chosen },
      ...(from !== undefined && { fromNm: from }),
      ...(to !== undefined && { toNm: to }),
    };
  }
  const { assign, bothWays, frames: framesPerPlane, settle: settleMs, step: stepNm } = options;
  const given = { fromNm: from, toNm: to, stepNm, framesPerPlane, bothWays, settleMs, assign, ...chosen };
  const parsed = sweepSettings.safeParse(given);
  if (parsed.success) return { type: 'sweep-start', settings: parsed.data };
  const missing = Object.entries({ '--from': from, '--to': to, '--step': stepNm })
    .filter(([, value]) => value === undefined)
    .map(([name]) => name);
  throw new ConfigError({
    where: 'zlut sweep',
    expected: '--from, --to and --step in nm, e.g. --from -2000 --to 8000 --step 50',
    received: missing.length > 0 ? `no ${missing.join(', ')}` : z.prettifyError(parsed.error),
    remedy: 'see what suits the beads with --suggest',
  });
}

/** @throws {DeviceError} with what the tracker has against a request */
function refuse(error: string | null): void {
  if (error === null) return;
  throw new DeviceError({ where: 'tracker', expected: 'it done', received: error });
}

async function lost(client: LiveClient): Promise<never> {
  await client.closed;
  const remedy = 'a sweep that was interrupted goes on with zlut sweep --resume';
  throw new DeviceError({ where: 'tracker', expected: 'a live link', received: 'its end', remedy });
}

const ENDS: readonly SweepStatus['phase'][] = ['built', 'kept', 'interrupted', 'discarded'];

/** Follows a sweep for a person at a terminal. */
class SweepWatch {
  readonly welcomed: Promise<void>;
  readonly ended: Promise<void>;
  readonly #suggests: boolean;
  #welcome = () => {};
  #end = () => {};
  #begun = false;
  #last: CalibrationStatus | null = null;
  #line = '';

  constructor(suggests: boolean) {
    this.#suggests = suggests;
    this.welcomed = new Promise((resolve) => {
      this.#welcome = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  readonly hear = (message: LiveMessage): void => {
    if (message.type === 'snapshot') {
      assertSameRelease(message.version);
      this.#welcome();
    }
    if (message.type === 'event' && this.#begun && message.level !== 'info') console.error(message.text);
    if (!('calibration' in message) || !message.calibration) return;
    this.#last = message.calibration;
    if (this.#begun) this.#follow();
  };

  /** The tracker has agreed: what it tells from now on is of this sweep. */
  begin(): void {
    this.#begun = true;
    this.#follow();
  }

  /** Says how it ended; whether well. */
  report(): boolean {
    const { suggestion, sweep } = this.#last!;
    if (this.#suggests) {
      if (!suggestion) return false;
      const { fromNm, stepNm, toNm, why } = suggestion;
      console.log(`--from ${fromNm} --to ${toNm} --step ${stepNm}  (${why})`);
      return true;
    }
    const { message, motion, phase, zLuts } = sweep!;
    if (motion) {
      console.log(
        `hysteresis ${motion.hysteresisNm.toFixed(1)} nm, drift ${motion.driftNmPerS.toFixed(2)} nm/s`,
      );
    }
    for (const { assigned, bead, error, file, quality, rejected, used } of zLuts) {
      const frames = `${used} frames used, ${rejected} rejected`;
      console.log(`bead ${bead}: ${error ?? `${file}, ${frames}${assigned ? ', in use' : ''}`}`);
      if (quality) console.log(`  ${quality.sentence}`);
    }
    if (message !== null) console.error(message);
    return (phase === 'built' || phase === 'kept') && zLuts.some(({ file }) => file !== null);
  }

  #follow(): void {
    const { suggesting, sweep } = this.#last!;
    if (this.#suggests) {
      if (!suggesting) this.#end();
      return;
    }
    if (!sweep) return;
    const { message, phase, plane, planeZNm, planes, settings } = sweep;
    const taking = phase === 'moving' || phase === 'collecting';
    const taken = taking
      ? `plane ${plane} of ${planes}, at ${planeZNm} nm`
      : `sweep ${sweep.sweep}: ${phase}`;
    if (phase !== 'moving' && taken !== this.#line) console.error(taken);
    if (phase !== 'moving') this.#line = taken;
    const waits = phase === 'built' && settings.assign && message === null;
    if (ENDS.includes(phase) && !waits) this.#end();
  }
}
