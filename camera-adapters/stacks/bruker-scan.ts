import { StackError } from '#protocol/errors.ts';
import { xmlTags } from './xml-tags.ts';

/** An image that a scan names. */
interface ScannedFile {
  /** From 1, as the microscope numbers its detectors. */
  readonly channel: number;
  /** From 1 within the file. */
  readonly page: number;
  readonly name: string;
}

interface ScannedFrame {
  /** Its place in the sequence. */
  readonly index: number;
  /** As written, s since the first frame of the sequence. */
  readonly relativeTime: string;
  /** s since the start of the scan. */
  readonly absoluteTimeS: number;
  readonly files: readonly ScannedFile[];
}

/** One run through the planes, or one film of a single plane. */
interface ScannedSequence {
  readonly type: string;
  readonly cycle: number;
  readonly frames: readonly ScannedFrame[];
}

/** What the `PVScan` document of a PrairieView series says. */
export interface BrukerScan {
  /** In the order of their cycles. */
  readonly sequences: readonly ScannedSequence[];
  /** Time a frame takes, s; NaN where it is not said. */
  readonly framePeriodS: number;
  /** Names of the files of recorded voltages. */
  readonly voltageFiles: readonly string[];
}

const ROOT = 'PVScan';

/** Whether a document begins as that of a scan, and is not that of voltages or marked points. */
export function isBrukerScan(text: string): boolean {
  return /^\uFEFF?\s*(<\?[^>]*>\s*|<!--[\s\S]*?-->\s*)*<PVScan[\s/>]/.test(text);
}

/**
 * Reads the sequences, frames and times of a scan; what the microscope was set to is left alone.
 *
 * @param file name for messages
 * @throws {StackError} if the document is cut off or not well-formed, no `PVScan`, without a frame, or a frame lacks
 *   its time or its file
 */
export function parseBrukerScan(text: string, file: string): BrukerScan {
  const sequences: { type: string; cycle: number; frames: ScannedFrame[] }[] = [];
  const voltageFiles: string[] = [];
  let framePeriodS = Number.NaN;
  let frame: (ScannedFrame & { files: ScannedFile[] }) | undefined;
  let depth = 0;
  for (const part of xmlTags(text, file)) {
    if (part.kind === 'close') {
      depth--;
      if (part.name === 'Frame') frame = undefined;
    }
    if (part.kind !== 'open') continue;
    const { name, attributes } = part;
    if (depth++ === 0 && name !== ROOT) throw refused(file, `<${ROOT}>`, `<${name}>`);
    const where = `${file} sequence ${sequences.length} frame ${sequences.at(-1)?.frames.length ?? 0}`;
    if (name === 'Sequence') {
      const cycle = Number(attributes.get('cycle') ?? sequences.length + 1);
      sequences.push({ type: attributes.get('type') ?? '', cycle, frames: [] });
    } else if (name === 'Frame') {
      const relativeTime = attributes.get('relativeTime') ?? '';
      const absoluteTimeS = number(`${where} absoluteTime`, attributes.get('absoluteTime') ?? relativeTime);
      number(`${where} relativeTime`, relativeTime);
      const sequence = sequences.at(-1);
      if (!sequence) throw refused(file, 'frames within a sequence', 'one before the first');
      const index = Number(attributes.get('index') ?? sequence.frames.length + 1);
      frame = { index, relativeTime, absoluteTimeS, files: [] };
      sequence.frames.push(frame);
    } else if (name === 'File' && frame) {
      const named = attributes.get('filename');
      if (!named) throw refused(where, 'a file with its name', 'none');
      const channel = number(`${where} channel`, attributes.get('channel'));
      frame.files.push({
        channel,
        page: number(`${where} page`, attributes.get('page') ?? '1'),
        name: named,
      });
    } else if (name === 'VoltageRecording' && attributes.get('dataFile')) {
      voltageFiles.push(attributes.get('dataFile')!);
    } else if (name === 'PVStateValue' && attributes.get('key') === 'framePeriod') {
      if (Number.isNaN(framePeriodS)) framePeriodS = Number(attributes.get('value'));
    }
  }
  sequences.sort((a, b) => a.cycle - b.cycle);
  for (const { frames } of sequences) frames.sort((a, b) => a.index - b.index);
  if (!sequences.some(({ frames }) => frames.length > 0)) throw refused(file, 'at least one frame', 'none');
  const bare = sequences.flatMap(({ frames }) => frames).findIndex(({ files }) => files.length === 0);
  if (bare >= 0) throw refused(`${file} frame ${bare}`, 'an image for each channel', 'none');
  return { sequences, framePeriodS, voltageFiles };
}

function number(where: string, text: string | undefined): number {
  const value = Number(text);
  if (text !== undefined && text.trim() !== '' && Number.isFinite(value)) return value;
  throw refused(where, 'a number', text === undefined ? 'none' : `'${text}'`);
}

function refused(where: string, expected: string, received: string): StackError {
  return new StackError({ where, expected, received, remedy: 'copy the file again from the microscope' });
}
