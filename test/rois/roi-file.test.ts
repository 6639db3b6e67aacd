import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RoiError } from '#protocol/errors.ts';
import { formatRoiCsv, parseRoiCsv, readRoiFile } from '#rois/roi-file.ts';

const frame = { width: 640, height: 480 };
const parse = (text: string, size = 64) => parseRoiCsv(text, 'rois.csv', frame, size);

describe('a list of ROIs as CSV', () => {
  test('is read by corner and size', () => {
    expect(parse('bead,left,top,size\n3,10,20,64\n7,576,416,64\n')).toEqual([
      { bead: 3, left: 10, top: 20, size: 64 },
      { bead: 7, left: 576, top: 416, size: 64 },
    ]);
  });

  test('is read by the middle of the bead, with its own size or the default one', () => {
    expect(parse('bead,xPx,yPx,size\n0,100.4,50.2,40')).toEqual([{ bead: 0, left: 80, top: 30, size: 40 }]);
    expect(parse('bead,xPx,yPx\n0,100.4,50.2', 80)).toEqual([{ bead: 0, left: 60, top: 10, size: 80 }]);
  });

  test('may have columns in any order, others between them, quotes, spaces, comments and any line end', () => {
    const text =
      '\uFEFF# by hand\r\n"name", size ,"top",left,bead\r\nref,64, 20,10,"3"\r\n\r\n,,,,\r# done\n';
    expect(parse(text)).toEqual([{ bead: 3, left: 10, top: 20, size: 64 }]);
  });

  test('takes the corner when it has both', () => {
    expect(parse('bead,xPx,yPx,left,top\n0,300,300,10,20')).toEqual([
      { bead: 0, left: 10, top: 20, size: 64 },
    ]);
  });

  test('written is read back the same', () => {
    const rois = [
      { bead: 12, left: 0, top: 0, size: 8 },
      { bead: 4, left: 128, top: 0, size: 480 },
    ];
    expect(formatRoiCsv(rois)).toBe('bead,left,top,size\n12,0,0,8\n4,128,0,480\n');
    expect(parse(formatRoiCsv(rois))).toEqual(rois);
  });

  test('says in a column whether an ROI follows its bead, or says nothing', () => {
    const text = 'bead,left,top,size,follow\n0,0,0,64,yes\n1,0,0,64,0\n2,0,0,64,\n3,0,0,64,TRUE\n';
    const rois = parse(text);
    expect(rois.map(({ follow }) => follow)).toEqual([true, false, undefined, true]);
    expect(parse(formatRoiCsv(rois))).toEqual(rois);
  });

  test.each([
    [
      'bead,xPx,yPx,follow\n5,99,99,maybe',
      "rois.csv line 2: expected yes or no for follow, received 'maybe'",
    ],
    [
      'bead,left,top,size\n0,10,20,64\n1,ten,20,64',
      "rois.csv line 3: expected a number for left, received 'ten'",
    ],
    ['bead,xPx,yPx\n0,10,', 'rois.csv line 2: expected a number for yPx, received nothing'],
    ['bead,xPx,yPx\n\n0,10', 'rois.csv line 3: expected a number for yPx, received nothing'],
    ['bead,xPx,yPx\n0,1e999,9', "rois.csv line 2: expected a number for xPx, received '1e999'"],
    ['bead,xPx,yPx\n-1,99,99', 'rois.csv line 2: expected a whole number from 0 for bead, received -1'],
    ['bead,xPx,yPx\n0.5,99,99', 'rois.csv line 2: expected a whole number from 0 for bead, received 0.5'],
    [
      'bead,xPx,yPx\n5,99,99\n6,99,99\n5,200,99',
      'rois.csv line 4: expected every bead once, received bead 5 again, first on line 2',
    ],
    [
      'bead,left,top,size\n2,600,20,64',
      'rois.csv line 2: expected an ROI of whole px, 8 to 512 wide, inside the 640 x 480 frame, ' +
        'received bead 2 at left 600, top 20, size 64; is the list of another camera?',
    ],
    [
      'bead,left,top,size\n2,1.5,20,64',
      'rois.csv line 2: expected an ROI of whole px, 8 to 512 wide, inside the 640 x 480 frame, ' +
        'received bead 2 at left 1.5, top 20, size 64; is the list of another camera?',
    ],
    [
      'id,left,top\n0,1,2',
      'rois.csv line 1: expected a header with bead,left,top,size or bead,xPx,yPx and optionally size, ' +
        'received id,left,top',
    ],
    [
      '0,10,20,64',
      'rois.csv line 1: expected a header with bead,left,top,size or bead,xPx,yPx and optionally size, ' +
        'received 0,10,20,64',
    ],
    [
      '\n',
      'rois.csv: expected a header with bead,left,top,size or bead,xPx,yPx and optionally size, received nothing',
    ],
    ['bead,xPx,yPx\n', 'rois.csv: expected at least one ROI below the header, received none'],
  ])('is refused with the line and the reason: %j', (text, message) => {
    expect(() => parse(text)).toThrow(RoiError);
    expect(() => parse(text)).toThrow(message);
  });

  test('is read from a file, which errors name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rois-'));
    try {
      const path = join(folder, 'beads.csv');
      writeFileSync(path, 'bead,xPx,yPx\n1,100,60\n');
      expect(readRoiFile(path, frame, 64)).toEqual([{ bead: 1, left: 68, top: 28, size: 64 }]);
      expect(() => readRoiFile(path, { width: 90, height: 480 }, 64)).toThrow(`${path} line 2`);
      const missing = join(folder, 'none.csv');
      expect(() => readRoiFile(missing, frame, 64)).toThrow(RoiError);
      expect(() => readRoiFile(missing, frame, 64)).toThrow(`${missing}: expected a CSV file of ROIs`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
