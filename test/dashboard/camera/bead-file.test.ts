import { expect, test } from 'vitest';
import { parseRoiCsv } from '#rois/roi-file.ts';
import { formatBeadCsv, formatBeadJson, parseBeadFile } from '../../../dashboard/camera/bead-file.ts';

const FRAME = { width: 640, height: 480 };
const BEADS = [
  { bead: 3, left: 10, top: 20, size: 33, follow: true, zLut: 'bead 3.zlut' },
  { bead: 12, left: 607, top: 447, size: 33, follow: false, zLut: null },
];

test('JSON brings back ids, ROIs, whether they follow, and the names of Z-LUTs', () => {
  const text = formatBeadJson(BEADS, FRAME);
  expect(JSON.parse(text)).toMatchObject({ format: 'tweezertrack-beads', version: 1, frame: FRAME });
  expect(parseBeadFile(text, FRAME)).toEqual({ beads: BEADS, problems: [] });
});

test('CSV brings back ids and ROIs of odd and even sizes, and the tracker reads it alike', () => {
  const beads = [...BEADS, { bead: 13, left: 7, top: 9, size: 48, zLut: null }];
  const text = formatBeadCsv(beads);
  const places = beads.map(({ bead, left, top, size }) => ({ bead, left, top, size }));
  expect(parseBeadFile(text, FRAME).beads).toEqual(places.map((place) => ({ ...place, zLut: null })));
  expect(parseRoiCsv(text, 'beads.csv', FRAME, 64)).toEqual(places);
});

test('columns may be in another order, beside others, after comments', () => {
  const text = '\uFEFF# by hand\r\n\r\nsize,note,yPx,xPx,bead\r\n32,good,100,200,7\r\n';
  expect(parseBeadFile(text, FRAME).beads).toEqual([{ bead: 7, left: 184, top: 84, size: 32, zLut: null }]);
});

test.each([
  ['bead,xPx,size\n1,2,3\n', ['line 1: expected the columns bead,xPx,yPx,size, yPx missing']],
  [
    'bead,xPx,yPx,size\n1,,100,32\n2,100,100,32\n2,200,100,32\n',
    ["line 2: expected a number for xPx, received ''", 'line 4: bead 2 is already on line 3'],
  ],
  [
    'bead,xPx,yPx,size\n-1,100,100,32\n1,100,100,7\n1.5,100,100,32\n',
    [
      'line 2: expected a whole number from 0 for bead, received -1',
      'line 3: expected a size of 8 to 512 whole px, received 7',
      'line 4: expected a whole number from 0 for bead, received 1.5',
    ],
  ],
  [
    'bead,xPx,yPx,size\n1,639,100,32\n',
    [
      'line 2: bead 1 lies outside the 640 x 480 frame (left 623, top 84, size 32); is the list of another camera?',
    ],
  ],
  ['bead,xPx,yPx,size\n', ['there is no bead in this file']],
  [
    '{"format":"tweezertrack-beads","version":1,"beads":[{"bead":1,"left":1,"top":2,"size":"9"}]}',
    ['entry 1: expected a number for size, received "9"', 'there is no bead in this file'],
  ],
  [
    '{"beads":[]}',
    [
      'expected a list of beads ("format": "tweezertrack-beads", "version": 1), received another JSON file',
      'there is no bead in this file',
    ],
  ],
])('what is wrong is told by line, and nothing is taken: %j', (text, problems) => {
  const read = parseBeadFile(text, FRAME);
  expect(read.beads).toBeNull();
  expect(problems).toEqual(expect.arrayContaining(read.problems.slice(0, 1)));
  for (const problem of read.problems) expect(problems).toContain(problem);
});

test('JSON that is broken and a list too long for one request are told', () => {
  expect(parseBeadFile('{"format', FRAME).beads).toBeNull();
  const many = Array.from({ length: 1001 }, (_, bead) => ({ bead, left: 0, top: 0, size: 32, zLut: null }));
  expect(parseBeadFile(formatBeadCsv(many), FRAME).problems).toEqual([
    'expected at most 1000 beads, received 1001',
  ]);
});
