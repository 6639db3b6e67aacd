import type { ComponentType } from 'preact';
import type { BeadActions } from '../link/bead-actions.ts';
import type { LiveConnection } from '../link/live-connection.ts';
import type { LiveStore } from '../store/live-store.ts';

/** What every view is given. */
export interface ViewProps {
  store: LiveStore;
  actions: BeadActions;
  connection: LiveConnection;
}

/** One of the pages beside the live camera; loaded when it is first looked at, gone from the page while it is not. */
export interface View {
  /** kebab-case; also the part of the address behind #. */
  readonly id: string;
  readonly title: string;
  load(): Promise<ComponentType<ViewProps>>;
}
