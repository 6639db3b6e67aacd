import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';
import { writeTiff } from './tiff-writer.ts';

/** What a folder of PrairieView holds. */
export interface BrukerWriting {
  base?: string;
  channels?: number[];
  cycles: number;
  numbers: number;
  type?: string;
}

/** Name of an image. */
export const nameOf = (base: string, cycle: number, channel: number, number: number) =>
  `${base}_Cycle${String(cycle).padStart(5, '0')}_Ch${channel}_${String(number).padStart(6, '0')}.ome.tif`;

/** An image whose first pixels are its channel, cycle and number. */
export const image = (...first: number[]) =>
  writeTiff([Uint16Array.from({ length: 20 }, (_, at) => first[at] ?? at)], { width: 5, height: 4 });

/** A folder as the microscope writes it, with its document when there is a type of sequence. */
export function writeBrukerFolder({
  base = 'a_Cycle00009_b',
  channels = [2],
  cycles,
  numbers,
  type,
}: BrukerWriting): string {
  const folder = temporaryFolder();
  let text = '<?xml version="1.0"?><PVScan><PVStateValue key="framePeriod" value="0.25"/>';
  for (let cycle = 1; cycle <= cycles; cycle++) {
    text += `<Sequence type="${type}" cycle="${cycle}">`;
    for (let number = 1; number <= numbers; number++) {
      const start = (cycle - 1) * numbers + number - 1;
      text += `<Frame relativeTime="${(number - 1) / 4}" absoluteTime="${1 + start / 4}" index="${number}">`;
      for (const channel of channels) {
        const name = nameOf(base, cycle, channel, number);
        writeFileSync(join(folder, name), image(channel, cycle, number));
        text += `<File channel="${channel}" filename="${name}" />`;
      }
      text += '</Frame>';
    }
    text += '</Sequence>';
  }
  if (type !== undefined) writeFileSync(join(folder, `${base}.xml`), `${text}</PVScan>`);
  return folder;
}
