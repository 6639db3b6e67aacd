import type { LiveStore } from '../store/live-store.ts';
import { droppedFrames } from '../words/dropped-frames.ts';
import { formatCount } from '../words/format-number.ts';

/** What became of every frame the camera offered since the run began. */
export function FrameLedger({ store }: { store: LiveStore }) {
  const ledger = store.status.value?.ledger;
  const { drops } = droppedFrames(ledger ?? {});
  return (
    <section class="panel frame-ledger" aria-labelledby="frame-ledger-title">
      <header>
        <h2 id="frame-ledger-title">Frames</h2>
      </header>
      <dl>
        <Fate name="offered" meaning="frames the camera numbered" frames={ledger?.offered} />
        <Fate name="tracked" meaning="tracked and handed on" frames={ledger?.tracked} />
        <Fate name="in flight" meaning="received, tracks not there yet" frames={ledger?.['in-flight']} />
        {drops.map(({ reason, meaning, frames }) => (
          <Fate key={reason} name={reason} meaning={meaning} frames={frames} isDrop />
        ))}
      </dl>
    </section>
  );
}

interface FateProps {
  name: string;
  meaning: string;
  frames: number | undefined;
  isDrop?: boolean;
}

function Fate({ name, meaning, frames, isDrop = false }: FateProps) {
  const tone = isDrop ? (frames ? 'tone-lost' : 'tone-none') : '';
  return (
    <div class={tone} title={meaning}>
      <dt>{name}</dt>
      <dd>{frames === undefined ? '–' : formatCount(frames)}</dd>
    </div>
  );
}
