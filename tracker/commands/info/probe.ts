/** What there is at a path, before anybody knows what it is. */
export interface Place {
  path: string;
  isFolder: boolean;
  bytes: number;
  /** The first bytes of a file; none of a folder. */
  head: Uint8Array;
  /** The ending of its name in small letters, with its dot. */
  ending: string;
}

/** What is known of a file or folder, ready for JSON. */
export type Facts = Record<string, unknown>;

/** Knows one kind of file or folder. */
export interface Probe {
  kind: string;
  /**
   * What it is; null where it is of another kind.
   * @throws {TweezertrackError} of one of this kind that cannot be read
   */
  read(place: Place): Promise<Facts | null>;
}

/** Whether a file begins with these letters. */
export function startsWith({ head }: Place, letters: string): boolean {
  return Buffer.from(head.subarray(0, letters.length)).toString('latin1') === letters;
}
