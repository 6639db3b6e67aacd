import { signal } from '@preact/signals';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Ask } from '../../../dashboard/link/live-connection.ts';
import { type CellWish, watchCells } from '../../../dashboard/link/watch-cells.ts';
import { createLiveStore } from '../../../dashboard/store/live-store.ts';

const ON = { on: true, map: null, neuropil: null, stages: [], savedAs: null };

class Page extends EventTarget {
  hidden = false;

  hide(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: Page;
beforeEach(() => {
  page = new Page();
  vi.stubGlobal('document', page);
});
afterEach(() => vi.unstubAllGlobals());

function watching(isOn = true) {
  const store = createLiveStore();
  const asked: unknown[] = [];
  const connection = {
    request: (ask: Ask) => {
      asked.push(ask.type === 'watch-cells' ? ask.cells : ask);
      return Promise.resolve(null);
    },
    close() {},
  };
  store.link.value = { phase: 'live' };
  store.calcium.setState({ ...ON, on: isOn });
  const wish = signal<CellWish>({ cells: [3], seconds: 120 });
  const stop = watchCells(store, connection, wish);
  return { store, asked, wish, stop };
}

test('the tracker is asked when the wish is another one, and told when nobody looks any more', () => {
  const { asked, wish, stop } = watching();
  wish.value = { cells: [3], seconds: 120 };
  wish.value = { cells: [3, 5], seconds: 120 };
  stop();
  expect(asked).toEqual([[3], [3, 5], null]);
});

test('more of the past comes by beginning anew, less of it is there', () => {
  const { asked, wish } = watching();
  wish.value = { cells: [3], seconds: 600 };
  wish.value = { cells: [3], seconds: 30 };
  expect(asked).toEqual([[3], [], [3]]);
});

test('a hidden page is told nothing, one that is seen again what it wished', () => {
  const { asked, wish } = watching();
  page.hide(true);
  wish.value = { cells: [9], seconds: 120 };
  page.hide(false);
  expect(asked).toEqual([[3], null, [9]]);
});

test('a new connection is asked again, a tracker that measures nothing is not', () => {
  const { store, asked } = watching(false);
  expect(asked).toEqual([]);
  store.calcium.setState(ON);
  store.link.value = { phase: 'lost', retryMs: 250 };
  store.link.value = { phase: 'live' };
  expect(asked).toEqual([[3], [3]]);
});
