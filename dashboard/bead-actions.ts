import type { Ask, LiveConnection } from './live-connection.ts';
import type { LiveStore } from './live-store.ts';

/** What a person can do to the beads; a refusal becomes the store's notice. */
export interface BeadActions {
  /** Selects this bead only. */
  select(bead: number): void;
  /** Adds a bead to the selected ones, or takes it off. */
  toggleSelected(bead: number): void;
  /** Adds a bead to the reference beads, or takes it off. */
  toggleReference(bead: number): void;
  /** Adds a bead at a full-frame position. */
  add(xPx: number, yPx: number): Promise<void>;
  move(bead: number, xPx: number, yPx: number): Promise<void>;
  remove(bead: number): Promise<void>;
  /** Has the ROI of a bead move with it, or stay. */
  follow(bead: number, follow: boolean): Promise<void>;
}

/** Actions that ask the tracker over a connection. */
export function beadActions(store: LiveStore, { request }: LiveConnection): BeadActions {
  const attempt = async (ask: Ask) => {
    store.notice.value = await request(ask);
  };
  return {
    select: store.select,
    toggleSelected: store.toggleSelected,
    toggleReference: store.toggleReference,
    add: (xPx, yPx) => attempt({ type: 'add-bead', xPx, yPx }),
    move: (bead, xPx, yPx) => attempt({ type: 'move-bead', bead, xPx, yPx }),
    remove: (bead) => attempt({ type: 'remove-bead', bead }),
    follow: (bead, follow) => attempt({ type: 'follow-bead', bead, follow }),
  };
}
