import { describe, expect, test } from 'vitest';
import { ConfigError } from '#protocol/errors.ts';
import { parsePlaneZ, readPlaneZ } from '#zlut-tools/plane-z.ts';

describe('plane z of a focal sweep', () => {
  test('one height a line belongs to the frames in order', () => {
    expect([...parsePlaneZ('zNm\n100\n250.5\r\n-3e2\n\n', 'z.csv')]).toEqual([
      [0, { zNm: 100 }],
      [1, { zNm: 250.5 }],
      [2, { zNm: -300 }],
    ]);
  });

  test('chosen frames come with their numbers, columns in either order', () => {
    const want = [
      [4, { zNm: 100 }],
      [0, { zNm: 50 }],
    ];
    expect([...parsePlaneZ('frame,zNm\n4,100\n0,50\n', 'z.csv')]).toEqual(want);
    expect([...parsePlaneZ('\uFEFFzNm, frame\n100, 4\n50, 0', 'z.csv')]).toEqual(want);
  });

  test('the way through the planes and the time may be told', () => {
    expect([...parsePlaneZ('frame,zNm,pass,timeS\n0,100,0,0\n1,100,1,2.5\n', 'planes.csv')]).toEqual([
      [0, { zNm: 100, pass: 0, timeS: 0 }],
      [1, { zNm: 100, pass: 1, timeS: 2.5 }],
    ]);
  });

  test.each([
    ['zNm,pass\n100,0.5', /line 2: expected numbers zNm,pass/],
    ['zNm,timeS\n100,', /line 2/],
    ['zNm,zNm\n100,100', /line 1/],
    [
      'z\n100',
      /z\.csv line 1: expected the header 'zNm' or 'frame,zNm', and perhaps pass and timeS, received 'z'/,
    ],
    ['100\n200', /line 1.*received '100'/],
    ['frame,zNm,xPx\n0,1,2', /line 1/],
    ['zNm\n100\nhigh\n', /line 3: expected numbers zNm, received 'high'/],
    ['zNm\n100\n\n200', /line 3.*received ''/],
    ['frame,zNm\n0,100\n0.5,100', /line 3: expected numbers frame,zNm, received '0.5,100'/],
    ['frame,zNm\n-1,100', /line 2/],
    ['frame,zNm\n0,', /line 2/],
    ['frame,zNm\n0,100,3', /line 2/],
    ['frame,zNm\n0,100\n0,200', /line 3: expected each frame once, received frame 0 again/],
    ['zNm\n', /z\.csv: expected one plane z a frame/],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parsePlaneZ(text, 'z.csv')).toThrow(message);
    expect(() => parsePlaneZ(text, 'z.csv')).toThrow(ConfigError);
  });

  test('a missing file is named', async () => {
    await expect(readPlaneZ('/nowhere/z.csv')).rejects.toThrow(
      /^\/nowhere\/z\.csv: expected a readable CSV file/,
    );
  });
});
