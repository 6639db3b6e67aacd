import { cameraPath } from '#protocol/camera-name.ts';
import type { ListedCamera } from '#protocol/live.ts';
import './camera-chooser.css';

/** The cameras of the tracker with links to their pages; nothing where there is only one. */
export function CameraChooser({ cameras }: { cameras: readonly ListedCamera[] | undefined }) {
  if (!cameras) return null;
  return (
    <nav class="camera-chooser" aria-label="Cameras">
      {cameras.map(({ name, isHere, camera, connected, isRecording }) => (
        <a
          key={name}
          href={`${cameraPath(name)}/`}
          title={`${camera ?? 'no camera yet'}${isRecording ? ', recording' : ''}`}
          {...(isHere && { 'aria-current': 'page' as const })}
        >
          {name || 'main'}
          <small class={connected ? '' : 'is-away'}>{stateOf(camera, connected, isRecording)}</small>
        </a>
      ))}
    </nav>
  );
}

function stateOf(camera: string | null, connected: boolean, isRecording: boolean): string {
  if (camera === null) return 'none';
  if (!connected) return 'away';
  return isRecording ? 'recording' : 'live';
}
