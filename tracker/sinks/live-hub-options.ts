import type { ControlRequest } from '#protocol/control-request.ts';
import type { LimitError } from '#protocol/errors.ts';
import type { LiveMessage, SnapshotMessage, StatusMessage } from '#protocol/live.ts';
import type { Viewer } from './viewer.ts';

/** A request that is more than a wish of what to see. */
export type ChangeRequest = Exclude<ControlRequest, { type: 'watch' | 'watch-cells' | 'preview' | 'tiles' }>;

export interface LiveHubOptions {
  snapshot(): SnapshotMessage;
  status(): StatusMessage;
  /** Does what a dashboard asks for, except what it only wants to see, which the hub does itself; `answer` tells only who asked. */
  control(request: ChangeRequest, answer: (message: LiveMessage) => void, asker: Viewer): Promise<void>;
  /** Somebody has opened a dashboard, or closed it. */
  onViewers?(): void;
  /** A request was not done, and the viewer was told why. */
  onRefused(cause: unknown): void;
  /** Somebody was sent the tracks so far, at this host time, ns since 1970. */
  onSent?(atNs: bigint): void;
  /** A viewer that read nothing for long was cut off. */
  onStuck?(error: LimitError): void;
  /** For how long, ms; 30 s when left out. */
  stuckMs?: number;
}
