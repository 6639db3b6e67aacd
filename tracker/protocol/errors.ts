/** What went wrong, in the one form every message of the project has. */
export interface Complaint {
  /** The key, file, message or frame at fault. */
  where: string;
  expected: string;
  received: string;
  /** What the person can do about it. */
  remedy?: string;
}

/** Codes printed with every error; the README lists them with their remedies. */
export type ErrorCode =
  | 'E_CONFIG'
  | 'E_PROTOCOL'
  | 'E_FRAME'
  | 'E_ROI'
  | 'E_STACK'
  | 'E_ZLUT'
  | 'E_OUTPUT_EXISTS'
  | 'E_RECORDING'
  | 'E_PORT'
  | 'E_DEVICE'
  | 'E_ACCESS'
  | 'E_LIMIT';

/** Characters of a complaint that a peer may have written: more would fill logs and answers. */
const MAX_RECEIVED = 1000;

/** Base of every error a user can cause or cure: `where: expected, received; remedy`. */
export class TweezertrackError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, complaint: Complaint, cause?: unknown) {
    const { where, expected, received, remedy } = complaint;
    super(
      `${where}: expected ${expected}, received ${printable(received)}${remedy ? `; ${remedy}` : ''}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.name = new.target.name;
  }
}

/** A setting that cannot be used: fix the file or the flag and start again. */
export class ConfigError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_CONFIG', complaint, cause);
  }
}

/** A peer that does not speak the protocol: its connection is closed, the service goes on. */
export class ProtocolError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_PROTOCOL', complaint, cause);
  }
}

/** A frame that is not what the hello announced: it is counted as refused, the next one is read. */
export class FrameError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_FRAME', complaint, cause);
  }
}

/** An ROI that cannot be tracked in this frame. */
export class RoiError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_ROI', complaint, cause);
  }
}

/** A recorded stack that cannot be read. */
export class StackError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_STACK', complaint, cause);
  }
}

/** A Z-LUT that is broken or belongs to another kind of ROI. */
export class ZLutError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_ZLUT', complaint, cause);
  }
}

/** An output that exists already and is not overwritten without `--force`. */
export class OutputExistsError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_OUTPUT_EXISTS', complaint, cause);
  }
}

/** A recording that cannot be written or read. */
export class RecordingError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_RECORDING', complaint, cause);
  }
}

/** A port that cannot be served. */
export class PortError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_PORT', complaint, cause);
  }
}

/** A GPU, worker or camera that is missing or lost. */
export class DeviceError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_DEVICE', complaint, cause);
  }
}

/** A peer that may not do what it asked for: give it a token, or the name or role it needs. */
export class AccessError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_ACCESS', complaint, cause);
  }
}

/** A peer or message above a limit: it is turned away and counted, the service goes on. */
export class LimitError extends TweezertrackError {
  constructor(complaint: Complaint, cause?: unknown) {
    super('E_LIMIT', complaint, cause);
  }
}

/** Without control characters, which could move a terminal's cursor or color its text. */
function printable(text: string): string {
  const short = text.length > MAX_RECEIVED ? `${text.slice(0, MAX_RECEIVED)}...` : text;
  return short.replace(/[^\P{Cc}\n]/gu, '?');
}
