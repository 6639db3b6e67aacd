import { StackError } from '#protocol/errors.ts';

/** A tag of an XML document, or the text between two. */
export type XmlPart =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const SKIPPED: readonly (readonly [start: string, end: string])[] = [
  ['<!--', '-->'],
  ['<?', '?>'],
];
const DEEPEST = 100;

/**
 * Tags and text of an XML document in their order; an empty tag opens and closes.
 *
 * Knows no document types: entities of one's own, and with them files and addresses elsewhere, are refused.
 *
 * @param file name for messages
 * @throws {StackError} naming the byte where the document is cut off, or not well-formed
 */
export function* xmlTags(text: string, file: string): Generator<XmlPart> {
  const refuse = (at: number, expected: string, received = text.slice(at, at + 40)) =>
    new StackError({
      where: `${file} character ${at}`,
      expected,
      received: received || 'the end of the file',
    });
  const open: string[] = [];
  let hadRoot = false;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const start = text.indexOf('<', at);
    const between = text.slice(at, start < 0 ? text.length : start).trim();
    if (between !== '') {
      if (open.length === 0) throw refuse(at, 'an XML document');
      yield { kind: 'text', text: decoded(between) };
    }
    if (start < 0) break;
    const skipped = SKIPPED.find(([opening]) => text.startsWith(opening, start));
    const end = skipped ? text.indexOf(skipped[1], start) : endOfTag(text, start);
    if (end < 0) throw refuse(start, 'a whole tag');
    at = end + (skipped?.[1].length ?? 1);
    if (skipped) continue;
    const inside = text.slice(start + 1, end);
    if (inside.startsWith('/')) {
      const name = inside.slice(1).trim();
      if (open.pop() !== name) throw refuse(start, 'the end of the tag opened last', `</${name}>`);
      yield { kind: 'close', name };
      continue;
    }
    const isEmpty = inside.endsWith('/');
    const name = /^[A-Za-z_][\w:.-]*/.exec(inside)?.[0];
    if (name === undefined) throw refuse(start, 'a tag');
    if (open.length === 0 && hadRoot) throw refuse(start, 'one outermost tag');
    if (open.length === DEEPEST) throw refuse(start, `tags at most ${DEEPEST} deep`);
    hadRoot = true;
    const attributes = attributesOf(inside.slice(name.length, isEmpty ? -1 : undefined));
    if (!attributes) throw refuse(start, 'attributes name="value"');
    yield { kind: 'open', name, attributes };
    if (isEmpty) yield { kind: 'close', name };
    else open.push(name);
  }
  const last = open.at(-1);
  if (last !== undefined) throw refuse(text.length, `</${last}>`);
  if (!hadRoot) throw refuse(text.length, 'an XML document');
}

/** Where the `>` of a tag is: one within quotes belongs to a value. */
function endOfTag(text: string, start: number): number {
  let quote = '';
  for (let at = start + 1; at < text.length; at++) {
    const letter = text[at]!;
    if (quote !== '') {
      if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '>') return at;
    else if (letter === '<') return -1;
  }
  return -1;
}

/** Attributes of a tag; undefined where there is anything else. */
function attributesOf(text: string): Map<string, string> | undefined {
  const attributes = new Map<string, string>();
  const next = /\s*([\w:.-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
  let done = 0;
  for (let match = next.exec(text); match; match = next.exec(text)) {
    attributes.set(match[1]!, decoded(match[2] ?? match[3]!));
    done = next.lastIndex;
  }
  return text.slice(done).trim() === '' ? attributes : undefined;
}

/** Text without the five entities and character numbers; others stay as they are. */
function decoded(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (all, decimal, hex, name) => {
      if (name) return ENTITIES[String(name).toLowerCase()]!;
      const code = decimal ? Number(decimal) : Number.parseInt(String(hex), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
