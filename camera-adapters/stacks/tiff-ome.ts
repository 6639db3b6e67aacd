/** Value of an attribute of a tag of OME-XML; undefined where it has none. */
export function attributeOf(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
}

/** The same as a number. */
export function numberOf(tag: string, name: string, absent = Number.NaN): number {
  return Number(attributeOf(tag, name) ?? absent);
}
