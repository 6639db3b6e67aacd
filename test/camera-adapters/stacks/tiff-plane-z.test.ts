import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStack } from '#camera-adapters/stacks/open-stack.ts';
import { axesOfPages } from '#camera-adapters/stacks/tiff-axes.ts';
import { planeZOfPages } from '#camera-adapters/stacks/tiff-plane-z.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { writeTiff } from '../../support/tiff-writer.ts';

const imageJ = (...lines: string[]) => `ImageJ=1.54f\n${lines.join('\n')}\n`;
const ome = (pixels: string, planes = '') =>
  `<?xml version="1.0"?><OME xmlns="x"><Image><Pixels ID="P" ${pixels}><TiffData/>${planes}</Pixels></Image></OME>`;
const zOf = (description: string, frames: number) => {
  const axes = axesOfPages(description, frames);
  const z = axes && planeZOfPages(description, axes);
  return z && [...z];
};

describe('z of the frames of a TIFF', () => {
  test.each(['um', 'micron', '\\u00B5m', 'µm'])('ImageJ: slices at their spacing, unit %s', (unit) => {
    const description = imageJ('images=4', 'slices=4', `unit=${unit}`, 'spacing=0.25');
    expect(zOf(description, 4)).toEqual([0, 250, 500, 750]);
  });

  test('ImageJ: slices follow each other within a time, and channels within a slice', () => {
    const description = imageJ('channels=2', 'slices=3', 'frames=2', 'unit=nm', 'spacing=50');
    expect(zOf(description, 12)).toEqual([0, 0, 50, 50, 100, 100, 0, 0, 50, 50, 100, 100]);
  });

  test('OME: the position of every plane, whatever the order of the list', () => {
    const planes = [2, 0, 1]
      .map((z) => `<Plane TheC="0" TheT="0" TheZ="${z}" PositionZ="${10 + z * z}" PositionZUnit="µm"/>`)
      .join('');
    const pixels = 'DimensionOrder="XYZCT" SizeC="1" SizeT="1" SizeZ="3"';
    expect(zOf(ome(pixels, planes), 3)).toEqual([10_000, 11_000, 14_000]);
  });

  test('OME: the distance of the slices and the order of the axes, where planes have no position', () => {
    const pixels =
      'DimensionOrder="XYCTZ" SizeC="1" SizeT="2" SizeZ="2" PhysicalSizeZ="100" PhysicalSizeZUnit="nm"';
    expect(zOf(ome(pixels), 4)).toEqual([0, 0, 100, 100]);
  });

  test.each([
    ['no slices', imageJ('images=4', 'frames=4', 'unit=um', 'spacing=0.25')],
    ['no unit', imageJ('slices=4', 'spacing=0.25')],
    ['a unit that is no length', imageJ('slices=4', 'unit=pixel', 'spacing=0.25')],
    ['another number of frames', imageJ('slices=5', 'unit=um', 'spacing=0.25')],
    ['another program', '{"shape": [4, 10, 10]}'],
    ['OME without a size in z', ome('DimensionOrder="XYZCT" SizeC="1" SizeT="1" SizeZ="4"')],
  ])('is absent with %s', (_, description) => {
    expect(zOf(description, 4)).toBeUndefined();
  });

  test('an opened stack tells it', async () => {
    const path = join(temporaryFolder(), 'sweep.tif');
    const pages = Array.from({ length: 3 }, () => new Uint8Array(6));
    const description = imageJ('images=3', 'slices=3', 'unit=um', 'spacing=0.1');
    writeFileSync(path, writeTiff(pages, { width: 3, height: 2, description }));
    const stack = await openStack(path);
    expect([...stack.planeZNm!].map(Math.round)).toEqual([0, 100, 200]);
    await stack.close();
  });
});
