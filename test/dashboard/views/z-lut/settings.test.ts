import { describe, expect, test } from 'vitest';
import {
  aboutDuration,
  parseBeads,
  planesOfSweep,
  readSweepForm,
  type SweepForm,
  sweepDurationS,
} from '../../../../dashboard/views/z-lut/settings.ts';

const BOUNDS = { fromNm: -1000, toNm: 4000, beads: [0, 1, 5], selected: [5, 1] };
const FORM: SweepForm = {
  ...{ beads: 'all', list: '', fromNm: '-200', toNm: '300', stepNm: '50' },
  ...{ framesPerPlane: '4', bothWays: true, settleMs: '100' },
};
const wrongOf = (part: Partial<SweepForm>) => {
  const read = readSweepForm({ ...FORM, ...part }, BOUNDS);
  return 'wrong' in read ? read.wrong : {};
};

test('lists of beads are numbers and ranges, each once and in order; anything else is none', () => {
  expect(parseBeads('7, 3 5-6;3')).toEqual([3, 5, 6, 7]);
  for (const text of ['', ' , ', 'x', '3-', '6-5', '-1', '1.5', '0-99999', '1e3'])
    expect(parseBeads(text)).toBeNull();
});

describe('the form of a sweep', () => {
  test('asks for what it says, with the beads that were chosen', () => {
    const all = {
      ...{ fromNm: -200, toNm: 300, stepNm: 50, framesPerPlane: 4 },
      ...{ bothWays: true, settleMs: 100, assign: false },
    };
    expect(readSweepForm(FORM, BOUNDS)).toEqual({ ask: all });
    expect(readSweepForm({ ...FORM, beads: 'selected' }, BOUNDS)).toEqual({ ask: { ...all, beads: [1, 5] } });
    expect(readSweepForm({ ...FORM, beads: 'list', list: '5,0' }, BOUNDS)).toEqual({
      ask: { ...all, beads: [0, 5] },
    });
  });

  test('says by field what is wrong', () => {
    expect(wrongOf({ fromNm: '-1001' })).toEqual({
      fromNm: 'a number from −1000 to 4000 nm, the range of the focus stage',
    });
    expect(wrongOf({ toNm: '-300' }).toNm).toBe('more than where it begins');
    expect(wrongOf({ stepNm: '0' }).stepNm).toContain('a number from 0');
    expect(wrongOf({ stepNm: '72' }).stepNm).toContain('at least 8 planes');
    expect(wrongOf({ stepNm: '71' })).toEqual({});
    expect(wrongOf({ framesPerPlane: '2.5' }).framesPerPlane).toContain('a whole number');
    expect(wrongOf({ settleMs: '' }).settleMs).toContain('ms');
    expect(wrongOf({ fromNm: 'Infinity' }).fromNm).toContain('a number');
    expect(wrongOf({ beads: 'list', list: '0, 2' }).list).toBe('beads that are there; bead 2 is not');
    expect(wrongOf({ beads: 'list', list: '' }).list).toContain('such as');
    const noBeads = readSweepForm(FORM, { ...BOUNDS, beads: [] });
    expect(noBeads).toMatchObject({ wrong: { beads: expect.stringContaining('Live Camera') } });
  });
});

test('a sweep takes as long as its planes: frames, rest and a fifth of a second of moving each', () => {
  const ask = { fromNm: 0, toNm: 1, stepNm: 0.1, framesPerPlane: 10, bothWays: true, settleMs: 300 };
  // 0.1 goes ten times into 1, though not in binary.
  expect(planesOfSweep(ask)).toBe(22);
  expect(sweepDurationS(ask, 20)).toBeCloseTo(22, 9);
  expect(sweepDurationS(ask, 0)).toBeNaN();
  expect([aboutDuration(22), aboutDuration(600), aboutDuration(Number.NaN)]).toEqual([
    ...['about 22 s', 'about 10 min', 'a time that is not known yet'],
  ]);
});
