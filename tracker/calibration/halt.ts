/**
 * Why a sweep ends before its last plane: `pause` holds the focus where it is; after `stop`, `gone` (the camera or the
 * focus stage) and `close` (the tracker) the focus returns home if it can; `focus-stop` leaves it where it is, because
 * an operator wants no motion; `discard` returns home and deletes what there is.
 */
export type HaltKind = 'pause' | 'stop' | 'focus-stop' | 'gone' | 'close' | 'discard';

/** Ends a sweep, in good order. */
export class Halt extends Error {
  readonly kind: HaltKind;

  constructor(kind: HaltKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
