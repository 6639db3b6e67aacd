import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadImages } from '#calcium-files/load-images.ts';
import { decodeNpy, encodeNpy } from '#protocol/npy.ts';
import { createRandom } from '#simulation/random.ts';
import { csvColumns, runCommand } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { writeTiff } from '../support/tiff-writer.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const calcium = (...args: string[]) => runCommand('calcium', ...args);

const [FRAMES, ROWS, COLUMNS] = [300, 40, 48];
const FPS = 20;
const FLASH = 120;
/** Row and column of the middle of each cell. */
const CELLS = [
  [10, 12],
  [28, 34],
] as const;

/** Two cells of 25 px at 200 counts on 100; the second flashes by 300 and decays, and all is lit in waves. */
function movie(): Uint16Array {
  const random = createRandom(7);
  const counts = new Uint16Array(FRAMES * ROWS * COLUMNS);
  for (let index = 0; index < counts.length; index++) {
    const [frame, pixel] = [Math.floor(index / (ROWS * COLUMNS)), index % (ROWS * COLUMNS)];
    const [row, column] = [Math.floor(pixel / COLUMNS), pixel % COLUMNS];
    const cell = CELLS.findIndex(([y, x]) => Math.abs(row - y) <= 2 && Math.abs(column - x) <= 2);
    const decay = frame < FLASH ? 0 : Math.exp((FLASH - frame) / 20);
    const own = cell < 0 ? 0 : 100 + (cell === 1 ? 300 : 60) * decay;
    counts[index] = Math.round(100 + own + 3 * random.normal());
  }
  return counts;
}

beforeAll(() => {
  writeFileSync(at('movie.npy'), encodeNpy(movie(), [FRAMES, ROWS, COLUMNS]));
});

describe('calcium traces', () => {
  test('finds the cells, subtracts what is around them, and names the frame of the flash', async () => {
    const done = await calcium(
      ...['traces', at('movie.npy'), '--mask', 'std:1sigma', '--neuropil', '3:2', '--dff', '--events'],
      ...['--smooth', '0.2', '--fps', `${FPS}`, '--out', at('traces.csv'), '--cells', at('cells.npy')],
    );
    expect(done.stdout).toBe('');
    expect(done.stderr).toMatch(
      /traces\.csv: 2 cells \(std above [\d.]+\), 300 frames at 20 a second, \d+ events/,
    );
    expect(done.code).toBe(0);
    const { frame, time_s, cell, counts, neuropil, dff, event } = csvColumns(
      readFileSync(at('traces.csv'), 'utf8'),
    );
    expect(frame).toHaveLength(2 * FRAMES);
    const row = frame!.findIndex((each, index) => each === FLASH && cell![index] === 2);
    expect(time_s![row]).toBe(FLASH / FPS);
    // Means of 25 and of over 50 pixels with 3 counts of noise: 4 sigma.
    expect(Math.abs(counts![row]! - 500)).toBeLessThan(2.4);
    expect(Math.abs(neuropil![row]! - 100)).toBeLessThan(1.7);
    // (500 - 70 - 130) / 130, and a baseline that noise pulls down by some counts.
    expect(Math.abs(dff![row]! - 2.31)).toBeLessThan(0.1);
    const events = frame!.filter((_, index) => event![index] === 1 && cell![index] === 2);
    expect(events.some((each) => Math.abs(each - FLASH) <= 1)).toBe(true);

    const cells = decodeNpy(readFileSync(at('cells.npy')));
    expect(cells.shape).toEqual([ROWS, COLUMNS]);
    expect(CELLS.map(([y, x]) => cells.data[y * COLUMNS + x])).toEqual([1, 2]);
    expect(cells.data.filter((number) => number === 1)).toHaveLength(25);
  });

  test('takes the numbers of cells from a file, and the whole mask for one', async () => {
    const cells = new Int32Array(ROWS * COLUMNS);
    cells[CELLS[1][0] * COLUMNS + CELLS[1][1]] = 1;
    writeFileSync(at('mine.npy'), encodeNpy(cells, [ROWS, COLUMNS]));
    const [mine, one] = await Promise.all([
      calcium(
        'traces',
        at('movie.npy'),
        '--mask',
        at('mine.npy'),
        '--out',
        at('mine-traces.npy'),
        '--events',
      ),
      calcium('traces', at('movie.npy'), '--mask', 'mean:120', '--one', '--out', at('one.npy')),
    ]);
    expect([mine.code, one.code]).toEqual([0, 0]);
    const counts = movie();
    const pixel = CELLS[1][0] * COLUMNS + CELLS[1][1];
    const wanted = Float64Array.from(
      { length: FRAMES },
      (_, frame) => counts[frame * ROWS * COLUMNS + pixel]!,
    );
    const trace = decodeNpy(readFileSync(at('mine-traces.npy')));
    expect(trace).toMatchObject({ shape: [1, FRAMES], data: wanted });
    expect(readFileSync(at('mine-traces.events.csv'), 'utf8')).toMatch(/^cell,frame,time_s\n1,\d+,/);
    expect(decodeNpy(readFileSync(at('one.npy'))).shape).toEqual([1, FRAMES]);
    expect(one.stderr).toMatch(/1 cells \(mean above 120\)/);
  });

  test('says what is wrong, and keeps what is there', async () => {
    writeFileSync(at('there.csv'), 'mine');
    const stack = at('movie.npy');
    const wrong = await Promise.all([
      calcium('traces', stack, '--mask', 'sum:3sigma', '--out', at('x.csv')),
      calcium('traces', stack, '--mask', 'max:9000', '--out', at('x.csv')),
      calcium('traces', stack, '--neuropil', '3', '--out', at('x.csv')),
      calcium('traces', stack, '--out', at('x.txt')),
      calcium('traces', stack, '--out', at('there.csv')),
      calcium('traces', at('none.tif'), '--out', at('x.csv')),
    ]);
    expect(wrong.map(({ stderr }) => stderr.split('\n').findLast((line) => line.startsWith('E_')))).toEqual([
      expect.stringMatching(/^E_CONFIG --mask: expected std:3sigma, .* received 'sum:3sigma'/),
      expect.stringMatching(/^E_CONFIG --mask max:9000: expected at least 4 pixels .*; lower the threshold/),
      expect.stringMatching(/^E_CONFIG --neuropil: expected width and gap .* received '3'/),
      expect.stringMatching(/^E_CONFIG --out: expected a name that ends in \.csv or \.npy or \.npz/),
      expect.stringMatching(/^E_OUTPUT_EXISTS .*there\.csv/),
      expect.stringMatching(/^E_STACK .*none\.tif: expected a file or folder/),
    ]);
    for (const { code } of wrong) expect(code).toBe(1);
    expect(readFileSync(at('there.csv'), 'utf8')).toBe('mine');
    expect(existsSync(at('x.csv'))).toBe(false);
  });
});

test('calcium project writes a picture, and the values', async () => {
  const pages = [0, 1, 2].map((frame) => Uint16Array.of(frame, 10, 20, 300, 40, 50));
  writeFileSync(at('three.tif'), writeTiff(pages, { width: 3, height: 2 }));
  const [max, picture] = await Promise.all([
    calcium('project', at('three.tif'), '--kind', 'max', '--out', at('max.npy')),
    calcium('project', at('three.tif'), '--kind', 'mean', '--out', at('mean.png')),
  ]);
  expect([max.code, max.stdout, picture.code]).toEqual([0, '', 0]);
  expect(max.stderr).toMatch(/3 of 3 frames.*\n.*max\.npy: max of 3 frames, 3 x 2 px\n/);
  const values = Float64Array.of(2, 10, 20, 300, 40, 50);
  expect(decodeNpy(readFileSync(at('max.npy')))).toMatchObject({ shape: [2, 3], data: values });
  const { width, height, data } = decode(readFileSync(at('mean.png')));
  expect([width, height, data[0], data[3]]).toEqual([3, 2, 0, 255]);
  const again = await calcium('project', at('three.tif'), '--out', at('max.npy'));
  expect(again.stderr).toMatch(/^E_OUTPUT_EXISTS .*max\.npy.*--force/);
  const forced = await calcium('project', at('three.tif'), '--out', at('max.npy'), '--force');
  expect([forced.code, decodeNpy(readFileSync(at('max.npy'))).data[3]]).toEqual([0, 0]);
});

describe('calcium import-bruker', () => {
  const scan = at('scan');
  const image = (cycle: number, plane: number) =>
    writeTiff([Uint16Array.of(cycle, plane, 3, 4, 5, 6)], { width: 3, height: 2 });

  beforeAll(() => {
    mkdirSync(scan);
    let text = '<PVScan><PVStateValue key="framePeriod" value="0.1"/>';
    for (const cycle of [1, 2, 3]) {
      text += `<Sequence type="TSeries ZSeries Element" cycle="${cycle}">`;
      if (cycle === 1) text += '<VoltageRecording dataFile="s_VoltageRecording_001.csv"/>';
      for (const plane of [1, 2]) {
        const name = `s_Cycle0000${cycle}_Ch2_00000${plane}.ome.tif`;
        const start = 0.2 * (cycle - 1) + 0.1 * (plane - 1);
        text += `<Frame relativeTime="${0.1 * (plane - 1)}" absoluteTime="${start}" index="${plane}">`;
        text += `<File channel="2" page="1" filename="${name}"/></Frame>`;
        writeFileSync(join(scan, name), image(cycle, plane));
      }
      text += '</Sequence>';
    }
    writeFileSync(join(scan, 's.xml'), `${text}</PVScan>`);
    writeFileSync(join(scan, 's_VoltageRecording_001.csv'), 'Time(ms), LED\n0, 1\n250, 2\n900, 3\n');
  });

  test('writes each plane, the times of the volumes, and the voltages with their frames', async () => {
    const done = await calcium(
      ...['import-bruker', scan, '--out', at('plane{plane}.tif')],
      ...['--times', at('times.csv'), '--voltage', at('volts.csv')],
    );
    expect(done.stderr).toMatch(/6 of 6 frames.*\n.*channels 2, 2 planes, 3 frames of 3 x 2 px\n/);
    expect([done.code, done.stdout]).toEqual([0, '']);
    const { shape, values } = await loadImages(at('plane2.tif'));
    expect(shape).toEqual([3, 2, 3]);
    expect([0, 1, 2].map((frame) => [...values.subarray(6 * frame, 6 * frame + 2)])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
    expect(readFileSync(at('times.csv'), 'utf8')).toBe('frame,time_s\n0,0\n1,0.2\n2,0.4\n');
    expect(readFileSync(at('volts.csv'), 'utf8')).toBe('time_ms,frame,LED\n0,0,1\n250,1,2\n900,-1,3\n');
  });

  test('writes one plane in other forms, and asks where several would go', async () => {
    const [npy, bin, several, none, lost] = await Promise.all([
      calcium('import-bruker', scan, '--plane', '1', '--channel', '2', '--out', at('one.plane.npy')),
      calcium('import-bruker', scan, '--plane', '1', '--out', at('one.bin')),
      calcium('import-bruker', scan, '--out', at('all.tif')),
      calcium('import-bruker', scan, '--channel', '1', '--out', at('all.tif')),
      calcium('import-bruker', folder, '--out', at('all.tif')),
    ]);
    expect([npy.code, bin.code]).toEqual([0, 0]);
    const wanted = { shape: [3, 2, 3], values: expect.any(Uint16Array) };
    expect(await loadImages(at('one.plane.npy'))).toEqual(wanted);
    expect(await loadImages(at('one.bin'))).toEqual(await loadImages(at('one.plane.npy')));
    expect(several.stderr).toMatch(/^E_CONFIG --out: expected a name with \{channel\} or \{plane\}/);
    expect(none.stderr).toMatch(/^E_CONFIG --channel: expected one of 2, received 1/);
    expect(lost.stderr).toMatch(/^E_STACK .*expected images BASE_Cycle00001_Ch1_000001\.ome\.tif/);
    expect(existsSync(at('all.tif'))).toBe(false);
  });
});
