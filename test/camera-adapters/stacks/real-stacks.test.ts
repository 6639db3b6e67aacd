import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { readStack, type WholeStack } from '../../support/read-stack.ts';

const real = new URL('../../../../shared/data/real/', import.meta.url).pathname;
const whenThere = test.skipIf(!existsSync(real));
const reason = existsSync(real) ? '' : ' (skipped: no ../shared/data/real)';

function means({ pages }: Pick<WholeStack, 'pages'>): number[] {
  return pages.map((page) => {
    let sum = 0;
    for (const count of page) sum += count;
    return sum / page.length;
  });
}

function expectMeans(stack: WholeStack, expected: number[], tolerance: number): void {
  const off = means(stack).map((mean, frame) => Math.abs(mean - expected[frame]!));
  expect(off).toHaveLength(expected.length);
  expect(Math.max(...off)).toBeLessThanOrEqual(tolerance);
}

describe(`recordings of real instruments${reason}`, () => {
  whenThere('a deflated TIFF of a focal sweep holds the bytes of the camera', async () => {
    const { pages, ...facts } = await readStack(`${real}mt_zsweep_vannoort_024/data_024_roi.tif`);
    expect(facts).toMatchObject({ frames: 251, width: 100, height: 100, pixelFormat: 'mono8' });
    expect(
      Buffer.concat(pages as Uint8Array[]).equals(
        readFileSync(`${real}mt_zsweep_vannoort_024/data_024ROI.bin`),
      ),
    ).toBe(true);
  });

  whenThere.each(['data_006', 'data_153'])(
    'the focal sweep %s holds the bytes of the camera',
    async (name) => {
      const { pages } = await readStack(`${real}mt_zsweep_vannoort_hard/${name}.tif`);
      expect(
        Buffer.concat(pages as Uint8Array[]).equals(
          readFileSync(`${real}mt_zsweep_vannoort_hard/${name}.bin`),
        ),
      ).toBe(true);
    },
  );

  whenThere('three beads of a time series have 249 frames of 55 x 55 px', async () => {
    for (const name of ['1_12011502_a_a', '2_12011502_a_a', '3_12011502_a_ref']) {
      const stack = await openStack(`${real}mt_timeseries_toleikis_run02/${name}.tif`);
      await stack.close();
      expect(stack).toMatchObject({ frames: 249, width: 55, height: 55, pixelFormat: 'mono8' });
    }
  });

  whenThere('a bead field in JPEG is one gray frame', async () => {
    const { pages, ...facts } = await readStack(`${real}mt_field_dekker/00008153.jpg`);
    expect(facts).toMatchObject({ frames: 1, width: 1398, height: 1022, pixelFormat: 'mono8' });
    // 180.027 counts by libjpeg; decoders may round a pixel up or down.
    expect(Math.abs(means({ pages })[0]! - 180.027)).toBeLessThan(0.1);
  });

  whenThere('a folder of PNG is a stack in the order of its names', async () => {
    const stack = await readStack(`${real}bf_colloids_trackpy`);
    expect(stack).toMatchObject({ frames: 33, width: 500, height: 500, pixelFormat: 'mono8' });
    const last = await readStack(`${real}bf_colloids_trackpy/bf_0032.png`);
    expect(stack.pages[32]).toEqual(last.pages[0]);
  });

  whenThere('a folder of OME-TIFF has the mean counts NumPy finds', async () => {
    const { frame_means } = JSON.parse(readFileSync(`${real}ca_bruker_1plane/expected.json`, 'utf8')) as {
      frame_means: number[];
    };
    expectMeans(
      await readStack(`${real}ca_bruker_1plane`),
      frame_means,
      5e-4 /* counts: printed to four digits */,
    );
  });

  whenThere('a 16-bit ScanImage TIFF has the mean counts NumPy finds', async () => {
    const { page_means } = JSON.parse(readFileSync(`${real}ca_sima_example/expected.json`, 'utf8')) as {
      page_means: number[];
    };
    expectMeans(
      await readStack(`${real}ca_sima_example/example.tif`),
      page_means,
      5e-4 /* counts, as above */,
    );
  });

  whenThere('PackBits volumes have the mean counts NumPy finds', async () => {
    const { mean_per_frame } = JSON.parse(readFileSync(`${real}ca_fish_thunder/expected.json`, 'utf8')) as {
      mean_per_frame: number[][];
    };
    for (const [time, planes] of mean_per_frame.entries()) {
      const stack = await readStack(`${real}ca_fish_thunder/time${`${time + 1}`.padStart(3, '0')}.tif`);
      expectMeans(stack, planes, 5e-4 /* counts, as above */);
    }
  });

  whenThere('signed counts, RGB and foreign files are refused by name', async () => {
    await expect(openStack(`${real}ca_mouse_thunder/mouse_000_332.tif`)).rejects.toThrow(
      'received 16-bit signed',
    );
    await expect(openStack(`${real}mt_zsweep_vannoort_024/data_024ROI.bin`)).rejects.toThrow(
      'data_024ROI.json: expected',
    );
  });
});
