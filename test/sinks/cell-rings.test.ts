import { describe, expect, test } from 'vitest';
import { CellRings } from '#sinks/cell-rings.ts';
import { thinnedFrames } from '#sinks/thinned-frames.ts';

/** Room for so many frames of up to 16 cells. */
const roomFor = (frames: number) => frames * (8 + 12 * 16);

/** Adds a frame a tenth of a second after the one before: counts are 100 times the cell plus the frame. */
function add(rings: CellRings, frame: number, cells: readonly number[]): void {
  const counts = cells.map((cell) => 100 * cell + frame);
  rings.add(frame / 10, { counts, dff: cells.map(() => frame), rate: cells.map(() => -frame) }, 0);
}

describe('CellRings', () => {
  test('read what was added, by cell and from a frame on', () => {
    const rings = new CellRings(roomFor(50));
    rings.follow(Uint16Array.of(2, 7));
    for (let frame = 0; frame < 5; frame++) add(rings, frame, [2, 7]);
    expect(rings.read(7, 3)).toEqual({
      cell: 7,
      timeS: Float64Array.of(0.3, 0.4),
      counts: Float32Array.of(703, 704),
      dff: Float32Array.of(3, 4),
      rate: Float32Array.of(-3, -4),
      eventS: new Float64Array(),
    });
    expect(rings.read(3, 0).timeS).toHaveLength(0);
    expect([rings.has(2), rings.has(3)]).toEqual([true, false]);
  });

  test('hold as many frames as there is room for, the newest', () => {
    const rings = new CellRings(roomFor(50));
    rings.follow(Uint16Array.of(1));
    expect(rings.capacity).toBe(50);
    for (let frame = 0; frame < 120; frame++) add(rings, frame, [1]);
    const { counts } = rings.read(1, 0);
    expect([...counts]).toEqual(Array.from({ length: 50 }, (_, index) => 170 + index));
  });

  test('cells that stay keep their past, new ones begin, those that go are forgotten', () => {
    const rings = new CellRings(roomFor(50));
    rings.follow(Uint16Array.of(1, 2));
    for (let frame = 0; frame < 3; frame++) add(rings, frame, [1, 2]);
    rings.follow(Uint16Array.of(2, 3));
    for (let frame = 3; frame < 5; frame++) add(rings, frame, [2, 3]);
    expect([...rings.read(2, 0).counts]).toEqual([200, 201, 202, 203, 204]);
    expect([...rings.read(3, 0).counts]).toEqual([303, 304]);
    expect(rings.read(1, 0).counts).toHaveLength(0);
  });

  test('many cells share the same room, with a shorter past', () => {
    const rings = new CellRings(roomFor(64));
    rings.follow(Uint16Array.of(1));
    for (let frame = 0; frame < 100; frame++) add(rings, frame, [1]);
    const many = Array.from({ length: 64 }, (_, index) => 1 + index);
    rings.follow(Uint16Array.from(many));
    expect(rings.capacity).toBeLessThan(20);
    expect(rings.capacity * (8 + 12 * 64)).toBeLessThanOrEqual(roomFor(64));
    const kept = rings.capacity;
    expect([...rings.read(1, 0).counts]).toEqual(Array.from({ length: kept }, (_, at) => 200 - kept + at));
    add(rings, 100, many);
    expect(rings.read(1, 0).counts.at(-1)).toBe(200);
    expect(rings.read(64, 0).counts).toEqual(Float32Array.of(6500));
  });

  test('a past in seconds begins at the first frame within it', () => {
    const rings = new CellRings(roomFor(50));
    expect(rings.frameBefore(10)).toBe(0);
    rings.follow(Uint16Array.of(1));
    for (let frame = 0; frame < 30; frame++) add(rings, frame, [1]);
    // Frame 29 is at 2.9 s.
    expect(rings.frameBefore(0.95)).toBe(20);
    expect(rings.frameBefore(60)).toBe(0);
  });

  test('events are of the frame added last, and go with it', () => {
    const rings = new CellRings(roomFor(10));
    rings.follow(Uint16Array.of(1, 2));
    for (let frame = 0; frame < 6; frame++) {
      add(rings, frame, [1, 2]);
      if (frame === 2 || frame === 5) rings.event(1);
    }
    expect([...rings.read(2, 0).eventS]).toEqual([0.2, 0.5]);
    expect([...rings.read(2, 3).eventS]).toEqual([0.5]);
    expect(rings.read(1, 0).eventS).toHaveLength(0);
    for (let frame = 6; frame < 14; frame++) add(rings, frame, [1, 2]);
    expect([...rings.read(2, 0).eventS]).toEqual([0.5]);
  });
});

describe('thinnedFrames', () => {
  const none = () => Number.NaN;

  test('are all where they are few', () => {
    expect(thinnedFrames(5, 9, none, none)).toEqual([5, 6, 7, 8]);
    expect(thinnedFrames(5, 5, none, none)).toEqual([]);
  });

  test('keep the lowest, the highest and the highest peak of every stretch, in order', () => {
    const values = new Float64Array(1000).fill(1);
    values[123] = -4;
    values[777] = 9;
    values.fill(Number.NaN, 400, 600);
    const rates = new Float64Array(1000);
    rates[321] = 5;
    const kept = thinnedFrames(
      0,
      1000,
      (frame) => values[frame]!,
      (frame) => rates[frame]!,
      60,
    );
    expect(kept.length).toBeLessThanOrEqual(60);
    expect(kept).toEqual(kept.toSorted((a, b) => a - b));
    expect(new Set(kept).size).toBe(kept.length);
    for (const frame of [123, 777, 321]) expect(kept).toContain(frame);
    // What is not known stays a hole, and hides nothing beside it.
    expect(kept.filter((frame) => frame >= 400 && frame < 600).length).toBeGreaterThan(2);
    expect(
      kept.filter((frame) => Number.isNaN(values[frame]!)).every((frame) => frame >= 400 && frame < 600),
    ).toBe(true);
  });
});
