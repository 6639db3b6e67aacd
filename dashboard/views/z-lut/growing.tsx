import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { SweepPass, SweepPlaneMessage, SweepStatus } from '#protocol/sweep.ts';
import type { LiveStore } from '../../store/live-store.ts';
import { formatFixed } from '../../words/format-number.ts';
import { nm } from './focus.tsx';
import { profileOf, profilePoints, type TablePicture, tablePicture } from './table.ts';

const PROFILE = { width: 220, height: 96 };

/** The table of a bead as it grows, and the profile of its newest plane. */
export function GrowingTable({ store, sweep }: { store: LiveStore; sweep: SweepStatus }) {
  const chosen = useSignal<number | null>(null);
  const planes = store.sweepPlanes.value.filter((plane) => plane.sweep === sweep.sweep);
  const bead = chosen.value !== null && sweep.beads.includes(chosen.value) ? chosen.value : sweep.beads[0];
  if (bead === undefined || planes.length === 0) return null;
  const rows = sweep.settings.bothWays ? sweep.planes / 2 : sweep.planes;
  const passes: SweepPass[] = sweep.settings.bothWays ? ['up', 'down'] : ['up'];
  return (
    <div class="z-growing">
      <label>
        Bead{' '}
        <select
          value={bead}
          onChange={(event) => {
            chosen.value = Number(event.currentTarget.value);
          }}
        >
          {sweep.beads.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      {passes.map((pass) => (
        <Table
          key={pass}
          bead={bead}
          pass={pass}
          picture={tablePicture(planes, bead, pass, rows)}
          sweep={sweep}
        />
      ))}
      <NewestProfile plane={planes.at(-1)!} bead={bead} />
    </div>
  );
}

function Table({
  bead,
  pass,
  picture,
  sweep: { settings },
}: {
  bead: number;
  pass: SweepPass;
  picture: TablePicture;
  sweep: SweepStatus;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => draw(canvas.current, picture));
  const { planes, height, width, blackCounts, whiteCounts } = picture;
  const range = `${nm(settings.toNm)} at the top to ${nm(settings.fromNm)}, center to ${width} px`;
  return (
    <figure>
      <canvas
        ref={canvas}
        width={width}
        height={height}
        role="img"
        aria-label={`Profiles of bead ${bead} going ${pass}: ${planes} of ${height} planes, ${range}`}
      />
      <figcaption>
        going {pass}, {planes} of {height} planes seen
        <small>
          {' '}
          {formatFixed(blackCounts, 0)} to {formatFixed(whiteCounts, 0)} counts
        </small>
      </figcaption>
    </figure>
  );
}

function draw(canvas: HTMLCanvasElement | null, { width, height, gray }: TablePicture): void {
  const context = canvas?.getContext('2d');
  if (!context) return;
  const image = new ImageData(width, height);
  for (const [at, value] of gray.entries()) {
    // What is not there yet stays clear.
    if (value < 0) continue;
    image.data.fill(value, 4 * at, 4 * at + 3);
    image.data[4 * at + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

function NewestProfile({ plane, bead }: { plane: SweepPlaneMessage; bead: number }) {
  const profile = profileOf(plane, bead);
  if (!profile) return null;
  const { width, height } = PROFILE;
  return (
    <figure>
      <svg
        viewBox={`-2 -2 ${width + 4} ${height + 4}`}
        role="img"
        aria-label={`Radial profile of bead ${bead} at ${nm(plane.zNm)}`}
      >
        <polyline points={profilePoints(profile, width, height)} />
      </svg>
      <figcaption>
        profile at {nm(plane.zNm)} <small>0 to {profile.length - 1} px</small>
      </figcaption>
    </figure>
  );
}
