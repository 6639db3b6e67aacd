import { expect, test } from 'vitest';
import { connectedRegions } from '#calcium/regions.ts';

const mask = (...rows: string[]) => ({
  shape: [rows.length, rows[0]!.length],
  values: Uint8Array.from(rows.join(''), (letter) => (letter === '#' ? 1 : 0)),
});

test('pixels that touch by sides or corners are one region; those across the edge are not', () => {
  const { labels, pixels } = connectedRegions(mask('##...#', '..#...', '.....#', '#....#'));
  expect([...labels.values].join('')).toBe('110002001000000003400003');
  expect(pixels).toEqual([3, 1, 2, 1]);
  expect(labels.shape).toEqual([4, 6]);
});

test('a ring that closes late is one region', () => {
  expect(connectedRegions(mask('#.#.#', '#.#.#', '#####')).pixels).toEqual([11]);
});

test('small regions are left out and not counted', () => {
  const { labels, pixels } = connectedRegions(mask('#....', '...##', '#..#.'), 3);
  expect([...labels.values].join('')).toBe('000000001100010');
  expect(pixels).toEqual([3]);
});

test('an empty mask has no region', () => {
  expect(connectedRegions(mask('...', '...')).pixels).toEqual([]);
});
