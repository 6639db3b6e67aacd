/** What the name of an image of a PrairieView series says. */
export interface BrukerName {
  readonly base: string;
  /** From 1: the volume where there are several planes. */
  readonly cycle: number;
  /** From 1, as the microscope numbers its detectors. */
  readonly channel: number;
  /** From 1: the plane where there are several, else the frame. */
  readonly number: number;
}

/** @returns null for a file that is no image of a series; a base may hold underscores, and `_Cycle` itself */
export function parseBrukerName(name: string): BrukerName | null {
  const match = /^(.*)_Cycle(\d+)_Ch(\d+)_(\d+)\.ome\.tiff?$/i.exec(name);
  if (!match) return null;
  const [cycle, channel, number] = match.slice(2).map(Number) as [number, number, number];
  return { base: match[1]!, cycle, channel, number };
}
