import { OutputFile } from '#recording/output-file.ts';
import { seconds } from './calisto.ts';
import { columnAt, type ExportTable } from './table.ts';

/** Columns of the motor file, as far as a recording has them; the second only beside the first. */
const MAGNET_COLUMNS = ['magnetMm', 'magnetTurns'] as const;

/** What the motor file of CALISTO holds of a recording; nothing where the translation of the magnet is not known. */
export function calistoMotors(tracks: ExportTable): string[] {
  const names = new Set(tracks.columns.map(({ name }) => name));
  return names.has('magnetMm') ? MAGNET_COLUMNS.filter((name) => names.has(name)) : [];
}

/**
 * Writes the motor file of CALISTO: `frame time translation [rotation]` in mm and turns, a line for each line of the
 * tracks; NaN where it is not known.
 * @throws {RecordingError} when the recording cannot be read or the disk does not take it
 */
export async function writeCalistoMotors(path: string, tracks: ExportTable): Promise<void> {
  const [frameAt, timeAt] = ['frame', 'timeNs'].map((name) => columnAt(tracks, name)) as [number, number];
  const motorsAt = calistoMotors(tracks).map((name) => columnAt(tracks, name));
  const file = new OutputFile(path, false);
  try {
    let startNs: bigint | null = null;
    let [lastFrame, lastNs] = [-1, 0n];
    for await (const block of tracks.blocks()) {
      let text = '';
      const frames = block[frameAt] as Uint32Array;
      for (let row = 0; row < frames.length; row++) {
        const [frame, timeNs] = [frames[row]!, (block[timeAt] as BigInt64Array)[row]!];
        if (frame === lastFrame && timeNs === lastNs) continue;
        [lastFrame, lastNs] = [frame, timeNs];
        startNs ??= timeNs;
        const values = motorsAt.map((column) => block[column]![row]);
        text += `${frame} ${seconds(timeNs - startNs)} ${values.join(' ')}\n`;
      }
      file.write(Buffer.from(text));
    }
  } finally {
    file.close();
  }
}
