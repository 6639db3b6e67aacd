import { type TiffAxes, valuesOfPlanes } from './tiff-axes.ts';
import { imageJNumber, imageJText } from './tiff-description.ts';
import type { TiffIndex } from './tiff-index.ts';
import { attributeOf, numberOf } from './tiff-ome.ts';

const NM_PER_UNIT: Readonly<Record<string, number>> = {
  nm: 1,
  um: 1e3,
  µm: 1e3,
  μm: 1e3,
  micron: 1e3,
  microns: 1e3,
  mm: 1e6,
};

/**
 * [page] z in nm, as the description of a TIFF says; absent when it does not.
 *
 * ImageJ: `slices=`, `spacing=` and `unit=`. OME-XML: `PositionZ` of every plane, or else `PhysicalSizeZ`.
 * Source: ImageJ 1.x `ij.io.FileInfo`; OME-TIFF specification 6.
 */
export function planeZOfPages(description: string, axes: TiffAxes): Float64Array | undefined {
  return description.startsWith('ImageJ=') ? zOfImageJ(description, axes) : zOfOme(description, axes);
}

/** [page] z in nm by the tags of Micro-Manager; absent where one has none. */
export function zOfPrograms({ pages }: TiffIndex): Float64Array | undefined {
  const zNm = Float64Array.from(pages, ({ acquired }) => (acquired?.zUm ?? Number.NaN) * NM_PER_UNIT.um!);
  return zNm.every(Number.isFinite) ? zNm : undefined;
}

function zOfImageJ(description: string, { planes, plane }: TiffAxes): Float64Array | undefined {
  const unit = unescaped(imageJText(description, 'unit') ?? '');
  const stepNm = imageJNumber(description, 'spacing') * (NM_PER_UNIT[unit] ?? Number.NaN);
  if (planes < 2 || !Number.isFinite(stepNm) || stepNm === 0) return undefined;
  return Float64Array.from(plane, (index) => index * stepNm);
}

/** ImageJ writes characters beyond ASCII as in Java. */
function unescaped(unit: string): string {
  return unit.replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function zOfOme(xml: string, axes: TiffAxes): Float64Array | undefined {
  const unitOf = (tag: string, name: string) => NM_PER_UNIT[attributeOf(tag, name) ?? 'µm'] ?? Number.NaN;
  const positions = valuesOfPlanes(
    xml,
    axes,
    (tag) => numberOf(tag, 'PositionZ') * unitOf(tag, 'PositionZUnit'),
  );
  const differ = positions.some((zNm) => zNm !== positions[0]);
  if (differ && positions.every(Number.isFinite)) return positions;
  const pixels = /<Pixels\b[^>]*>/.exec(xml)![0];
  const stepNm = numberOf(pixels, 'PhysicalSizeZ') * unitOf(pixels, 'PhysicalSizeZUnit');
  if (axes.planes < 2 || !(stepNm > 0)) return undefined;
  return Float64Array.from(axes.plane, (index) => index * stepNm);
}
