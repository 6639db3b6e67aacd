import type { ZLut } from '#protocol/z-lut.ts';
import { escapeHtml, ticks } from './report-plot.ts';
import { pngOfZLut } from './z-lut-picture.ts';

const SIZE = { left: 62, top: 8, width: 260, height: 420 };

/** The table as a picture, planes down and radii to the right, with the useful range at its side. */
export function tablePicture(zLut: ZLut, useful: readonly [number, number] | undefined): string {
  const { planes, radii, planeZNm } = zLut;
  const picture = Buffer.from(pngOfZLut(zLut, 'percentile')).toString('base64');
  const { left, top, width, height } = SIZE;
  const yOf = (zNm: number) => top + ((placeOf(planeZNm, zNm) + 0.5) / planes) * height;
  const [low, high] = [Math.min(planeZNm[0]!, planeZNm.at(-1)!), Math.max(planeZNm[0]!, planeZNm.at(-1)!)];
  const marks = ticks(low / 1000, high / 1000, 10).map((um) => {
    const y = yOf(1000 * um).toFixed(1);
    return `<line class="tick" x1="${left - 4}" x2="${left}" y1="${y}" y2="${y}"/><text x="${left - 7}" y="${Number(y) + 4}" text-anchor="end">${um}</text>`;
  });
  const ends = useful?.map(yOf).sort((a, b) => a - b);
  const bar = ends
    ? `<rect class="bar" x="${left + width + 6}" width="6" y="${ends[0]!.toFixed(1)}" height="${(ends[1]! - ends[0]!).toFixed(1)}"/><text transform="translate(${left + width + 26} ${((ends[0]! + ends[1]!) / 2).toFixed(1)}) rotate(-90)" text-anchor="middle">useful</text>`
    : '';
  return `<svg viewBox="0 0 ${left + width + 36} ${height + 44}" width="${left + width + 36}" height="${height + 44}" role="img" aria-label="table">
<image href="data:image/png;base64,${picture}" x="${left}" y="${top}" width="${width}" height="${height}" preserveAspectRatio="none"/>${marks.join('')}${bar}
<text x="${left + width / 2}" y="${top + height + 22}" text-anchor="middle">radius, ${radii} bins</text>
<text transform="translate(14 ${top + height / 2}) rotate(-90)" text-anchor="middle">z, um</text></svg>`;
}

/** Plane at a height, with fractions. */
function placeOf(planeZNm: Float64Array, zNm: number): number {
  const rises = planeZNm.at(-1)! > planeZNm[0]!;
  let above = 1;
  while (above < planeZNm.length - 1 && planeZNm[above]! < zNm === rises) above++;
  const [from, to] = [planeZNm[above - 1]!, planeZNm[above]!];
  return above - 1 + (zNm - from) / (to - from);
}

/** Profiles of the gallery. */
const GALLERY = 12;

/** Profiles at some heights, each from its least to its most counts, since a lookup compares shapes. */
export function profileGallery({ planes, radii, planeZNm, profiles }: ZLut): string {
  const chosen = [
    ...new Set(
      Array.from({ length: GALLERY }, (_, index) => Math.round((index * (planes - 1)) / (GALLERY - 1))),
    ),
  ];
  const [width, height] = [150, 84];
  const pictures = chosen.map((plane) => {
    const counts = profiles.subarray(plane * radii, (plane + 1) * radii).filter(Number.isFinite);
    const [low, high] = [Math.min(...counts), Math.max(...counts)];
    const path = Array.from({ length: radii }, (_, radius) => {
      const value = profiles[plane * radii + radius]!;
      if (Number.isNaN(value)) return '';
      const x = (radius / (radii - 1)) * width;
      const y = height - 3 - ((value - low) / (high - low || 1)) * (height - 6);
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    }).filter(Boolean);
    return `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><rect class="frame" width="${width}" height="${height}"/><polyline class="profile" points="${path.join(' ')}"/></svg><figcaption>${escapeHtml(`${(planeZNm[plane]! / 1000).toFixed(2)} um`)}</figcaption></figure>`;
  });
  return `<div class="gallery">${pictures.join('')}</div>`;
}
