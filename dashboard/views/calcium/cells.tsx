import { useSignalEffect } from '@preact/signals';
import type { ViewProps } from '../view.ts';
import type { Act } from '../z-lut/act.ts';
import { desk } from './desk.ts';
import { EditTools } from './edit-tools.tsx';
import { CellFiles } from './files.tsx';
import { FindCells } from './find.tsx';
import { NeuropilForm } from './neuropil.tsx';
import { CellPicture } from './picture.tsx';
import { ProjectionTools } from './projection-tools.tsx';
import './cells.css';

/** Which pixels are which cell: found on the projection, drawn, and told to the tracker. */
export function CellsPage(props: ViewProps & { act: Act }) {
  const { store, connection, act } = props;
  const { setup } = store.calcium;
  useSignalEffect(() => {
    const map = setup.value?.map;
    if (map) desk.take(map);
  });
  if (!setup.value?.map) return <p class="empty">Waiting for the first frame of a camera.</p>;
  return (
    <div class="calcium-cells">
      <div class="calcium-projection">
        <ProjectionTools store={store} connection={connection} act={act} />
        <CellPicture store={store} />
      </div>
      <div class="calcium-side scroller">
        <EditTools store={store} act={act} />
        <FindCells store={store} connection={connection} />
        <NeuropilForm store={store} act={act} />
        <CellFiles />
      </div>
    </div>
  );
}
