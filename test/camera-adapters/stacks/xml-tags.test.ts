import { expect, test } from 'vitest';
import { xmlTags } from '#camera-adapters/stacks/xml-tags.ts';

const read = (text: string) =>
  Array.from(xmlTags(text, 'a.xml'), (part) => {
    if (part.kind === 'text') return part.text;
    if (part.kind === 'close') return `/${part.name}`;
    return [part.name, ...part.attributes].join();
  });

test('tags, attributes in either quotes and text come in order; comments and declarations do not', () => {
  const text = `\uFEFF<?xml version="1.0"?>\n<!-- <no/> --><a x = '1"' y="a>b">\n t <b/><c z=""></c></a>\n`;
  expect(read(text)).toEqual([`a,x,1",y,a>b`, 't', 'b', '/b', 'c,z,', '/c', '/a']);
});

test('entities and numbers of characters are letters, each only once', () => {
  expect(read('<a x="&lt;&amp;lt;&quot;&#181;&#xB5;&other;">&amp;#181;</a>')).toEqual([
    'a,x,<&lt;"µµ&other;',
    '&#181;',
    '/a',
  ]);
});

test.each([
  ['', /expected an XML document/],
  ['text', /character 0: expected an XML document/],
  ['<a>', /character 3: expected <\/a>, received the end/],
  ['<a><b></a></b>', /character 6: expected the end of the tag opened last/],
  ['<a x="1', /character 0: expected a whole tag/],
  ['<a x=1/>', /character 0: expected attributes/],
  ['<a/><b/>', /character 4: expected one outermost tag/],
  ['<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', /character 0: expected a whole tag/],
  ['<!DOCTYPE a SYSTEM "http://x/y.dtd"><a/>', /character 0: expected a tag/],
  ['<a>'.repeat(200), /expected tags at most 100 deep/],
])('%s is refused', (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('a hundred thousand spaces and brackets take no longer than they should', () => {
  for (const part of [' ', '=', '<', '"', 'a=', '&#', '<!--', '<a ']) {
    expect(() => read(`<a ${part.repeat(1e5)}`)).toThrow(/a\.xml/);
  }
});
