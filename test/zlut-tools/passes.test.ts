import { describe, expect, test } from 'vitest';
import { findPasses } from '#zlut-tools/passes.ts';

const up = Array.from({ length: 12 }, (_, plane) => plane * 50);
const down = up.toReversed();
const times = (z: readonly number[], frames: number) => z.flatMap((zNm) => Array<number>(frames).fill(zNm));
const passesOf = (z: readonly number[], given: (number | undefined)[] = []) =>
  findPasses(
    z,
    z.map((_, frame) => given[frame]),
    z.map((_, frame) => frame),
  );

describe('ways through the planes', () => {
  test('one way is one pass, also downwards, with visits in rising z', () => {
    for (const z of [up, down]) {
      const [pass, ...others] = passesOf(times(z, 3));
      expect(others).toEqual([]);
      expect(pass!.visits.map(({ planeZNm }) => planeZNm)).toEqual(up);
      expect(pass!.visits.every(({ frames }) => frames.length === 3)).toBe(true);
      expect(pass!.direction).toBe(z === up ? 1 : -1);
    }
  });

  test.each([1, 4])('the way back begins where z turns, with %d frames a plane', (frames) => {
    const [there, back] = passesOf(times([...up, ...down], frames));
    expect([there!.direction, back!.direction]).toEqual([1, -1]);
    expect(there!.visits.map(({ planeZNm }) => planeZNm)).toEqual(up);
    // The plane of the turn is visited twice in a row.
    expect(back!.visits.map(({ planeZNm }) => planeZNm)).toEqual(up);
    expect(back!.visits.at(-1)!.frames).toHaveLength(frames);
    expect(back!.visits[0]!.time).toBe(24 * frames - (frames + 1) / 2);
  });

  test('a turn that is visited once belongs to the way there', () => {
    const [there, back] = passesOf(times([...up, ...down.slice(1)], 4));
    expect(there!.visits).toHaveLength(12);
    expect(back!.visits).toHaveLength(11);
  });

  test('the noise of a measured position is no turn', () => {
    const noisy = up.map((zNm, plane) => zNm + (plane % 2 === 0 ? 30 : -30));
    expect(passesOf(noisy)).toHaveLength(1);
  });

  test('a way with under 8 heights is not one to compare', () => {
    expect(passesOf([...up, ...down.slice(0, 6)])).toHaveLength(1);
  });

  test('what the recording says goes before what z shows', () => {
    const [first, second] = passesOf([...up, ...up], [...up.map(() => 4), ...up.map(() => 7)]);
    expect([first!.direction, second!.direction]).toEqual([1, 1]);
    expect(second!.visits.map(({ pass }) => pass)).toEqual(up.map(() => 1));
  });
});
