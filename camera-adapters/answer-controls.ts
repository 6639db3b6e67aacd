import type {
  AnnouncedControls,
  CameraControlRequest,
  CameraControlsMessage,
} from '#protocol/camera-controls.ts';
import type { CameraControls } from './define.ts';

/** What the hello says of controls. */
export function announcedControlsOf(controls: CameraControls): AnnouncedControls {
  const { acquire, acquiring } = controls;
  return { settings: [...controls.settings()], ...(acquire && { acquiring: acquiring ?? true }) };
}

/** Does what the tracker asks of a camera and says how it is then, or why it was not done. */
export async function answerControls(
  controls: CameraControls,
  request: CameraControlRequest,
): Promise<CameraControlsMessage> {
  let error: string | null = null;
  try {
    if (request.type === 'camera-set') await controls.set(request.name, request.value);
    else if (controls.acquire) await controls.acquire(request.on);
    else error = 'this camera cannot stop and go on';
  } catch (cause) {
    error = cause instanceof Error ? cause.message : String(cause);
  }
  const { settings = [], acquiring = null } = announcedControlsOf(controls);
  return { type: 'camera', id: request.id, settings: settings ?? [], acquiring, error };
}
