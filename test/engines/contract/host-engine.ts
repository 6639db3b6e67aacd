import type { Engine } from '#engines/engine.ts';
import type { EngineHost } from '#engines/engine-host.ts';
import type { TrackTable } from '#protocol/track-table.ts';
import { roomWith } from '../host-frames.ts';

/** A host asked as an engine is: the first frame is a batch, the others are one, and both are under way together. */
export function hostEngine(host: EngineHost): Engine {
  return {
    facts: host.facts,
    configure: (setup) => host.configure(setup),
    moveRois: (rois) => host.moveRois(rois),

    async track(frames, into) {
      const batches = [frames.slice(0, 1), frames.slice(1)].filter((batch) => batch.length > 0);
      const tracked = batches.map((batch) =>
        host.track(batch.map((frame) => roomWith(host, new Uint8Array(frame)))),
      );
      let frame = 0;
      for (const table of await Promise.all(tracked)) {
        copyRows(table, into, frame);
        frame += table.frames;
        host.returnTable(table);
      }
    },

    close: () => host.close(),
  };
}

function copyRows(from: TrackTable, into: TrackTable, firstFrame: number): void {
  const { xPx, yPx, zNm, score, status, profiles, beads, radii } = into;
  const row = firstFrame * beads;
  xPx.set(from.xPx, row);
  yPx.set(from.yPx, row);
  zNm.set(from.zNm, row);
  score.set(from.score, row);
  status.set(from.status, row);
  profiles.set(from.profiles, row * radii);
  if (!into.fits) return;
  for (const column of ['sigmaXPx', 'sigmaYPx', 'sigmaZNm', 'chiSquared'] as const) {
    into[column].set(from[column], row);
  }
}
