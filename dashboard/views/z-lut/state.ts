import { signal } from '@preact/signals';
import type { LiveMessage } from '#protocol/live.ts';
import type { CalibrationStatus, SweepPlaneMessage } from '#protocol/sweep.ts';

/** What the tracker tells of the focus and of sweeps, as signals. */
export function createCalibrationState() {
  /** Null where nobody calibrates. */
  const calibration = signal<CalibrationStatus | null>(null);
  /** Planes of the newest sweep, in the order they were taken. */
  const sweepPlanes = signal<readonly SweepPlaneMessage[]>([]);

  function setStatus(status: CalibrationStatus): void {
    calibration.value = status;
    const sweep = status.sweep?.sweep;
    if (sweepPlanes.value.some((plane) => plane.sweep !== sweep)) {
      sweepPlanes.value = sweepPlanes.value.filter((plane) => plane.sweep === sweep);
    }
  }

  function addPlane(plane: SweepPlaneMessage): void {
    // A plane that is taken anew, and those of the sweep before, give way.
    const others = sweepPlanes.value.filter((one) => one.sweep === plane.sweep && one.plane !== plane.plane);
    sweepPlanes.value = [...others, plane].sort((a, b) => a.plane - b.plane);
  }

  return {
    calibration,
    sweepPlanes,
    /** Takes what a message says of it. */
    apply(message: LiveMessage): void {
      if (message.type === 'snapshot') {
        calibration.value = message.calibration ?? null;
        sweepPlanes.value = message.sweepPlanes ?? [];
      } else if (message.type === 'calibration') setStatus(message.calibration);
      else if (message.type === 'status' && message.calibration) setStatus(message.calibration);
      else if (message.type === 'sweep-plane') addPlane(message);
    },
  };
}
