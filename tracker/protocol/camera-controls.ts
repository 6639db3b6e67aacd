import { z } from 'zod';
import { ProtocolError } from './errors.ts';

/** Settings of one camera at most. */
const MOST_SETTINGS = 24;
const MOST_CHOICES = 16;

const words = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^\P{Cc}*$/u, 'expected no control characters');

/** What a setting can be. */
export const settingValue = z.union([z.number().finite(), words(100)]);

export type SettingValue = z.output<typeof settingValue>;

/** Name of a setting, e.g. `exposureUs`. */
export const settingName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/, 'expected up to 40 letters and digits, a letter first');

const setting = z.object({
  name: settingName,
  /** What it is, for people, e.g. `Exposure`. */
  title: words(60).nullish(),
  /** e.g. `µs`; absent for a plain number. */
  unit: words(20).nullish(),
  value: settingValue,
  /** Range of a number, as far as it is known. */
  from: z.number().finite().nullish(),
  to: z.number().finite().nullish(),
  step: z.number().positive().finite().nullish(),
  /** The only values it takes. */
  choices: z.array(settingValue).min(1).max(MOST_CHOICES).nullish(),
  /** Whether it can be changed; it can when this is absent. */
  writable: z.boolean().nullish(),
});

/** A setting of a camera as its adapter announces it. */
export type CameraSetting = z.output<typeof setting>;

const settings = z.array(setting).max(MOST_SETTINGS);

/** What an adapter lets the tracker do to its camera, as its hello announces it. */
export const announcedControls = z.object({
  settings: settings.nullish(),
  /** Whether it takes frames now; absent when it cannot stop and go on. */
  acquiring: z.boolean().nullish(),
});

export type AnnouncedControls = z.output<typeof announcedControls>;

/** Asks an adapter to change a setting, or to take frames or none; only what its hello announced. */
export type CameraControlRequest =
  | { type: 'camera-set'; id: number; name: string; value: SettingValue }
  | { type: 'acquire'; id: number; on: boolean };

/** Answer to the camera request of this id; with id 0 unasked, when the camera has changed by itself. */
export interface CameraControlsMessage {
  type: 'camera';
  id: number;
  /** All of them, as they are now. */
  settings: CameraSetting[];
  /** Null when it cannot stop and go on. */
  acquiring: boolean | null;
  /** Why the request was not done, or null. */
  error: string | null;
}

const controlsMessage = z.object({
  type: z.literal('camera'),
  id: z.number().int(),
  settings,
  acquiring: z.boolean().nullish(),
  error: z.string().max(2000).nullish(),
});

/**
 * Checks an answer of an adapter.
 * @throws {ProtocolError} naming the field
 */
export function parseCameraControls(raw: Record<string, unknown>): CameraControlsMessage {
  const parsed = controlsMessage.safeParse(raw);
  if (parsed.success) {
    const { acquiring = null, error = null, ...rest } = parsed.data;
    return { ...rest, acquiring, error };
  }
  throw new ProtocolError({
    where: 'camera message',
    expected: 'id, settings, and optionally acquiring and error',
    received: z.prettifyError(parsed.error),
  });
}
