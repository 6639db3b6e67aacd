import { pagesByPlace, type TiffAxes } from './tiff-axes.ts';

/** Value of an attribute of a tag of OME-XML; undefined where it has none. */
export function attributeOf(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
}

/** The same as a number. */
export function numberOf(tag: string, name: string, absent = Number.NaN): number {
  return Number(attributeOf(tag, name) ?? absent);
}

/** [page] what the `Plane` of each page says, NaN where it says nothing. */
export function valuesOfPlanes(xml: string, axes: TiffAxes, value: (tag: string) => number): Float64Array {
  const values = new Float64Array(axes.channel.length).fill(Number.NaN);
  const pageOf = pagesByPlace(axes);
  for (const [tag] of xml.matchAll(/<Plane\b[^>]*>/g)) {
    const place = ['TheC', 'TheZ', 'TheT'].map((name) => numberOf(tag, name, 0)).join(' ');
    const page = pageOf.get(place);
    if (page !== undefined) values[page] = value(tag);
  }
  return values;
}
