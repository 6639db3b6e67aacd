import { expect, test } from 'vitest';
import { cameraPath, isCameraName, splitCameraPath, urlBelow } from '#protocol/camera-name.ts';

test('names are of small letters, digits and single hyphens', () => {
  const good = ['cells', 'side-view', 'b2', 'a-1-b', 'x'.repeat(40)];
  expect(good.filter(isCameraName)).toEqual(good);
  const bad = [
    '',
    'Cells',
    '2b',
    '-a',
    'a-',
    'a--b',
    'a b',
    'a/b',
    '..',
    '.',
    'a.b',
    'é',
    'a\n',
    'x'.repeat(41),
  ];
  expect(bad.filter(isCameraName)).toEqual([]);
});

test('a path is split into its camera and the rest, and led back', () => {
  for (const [path, name, rest] of [
    ['/live', '', '/live'],
    ['/', '', '/'],
    ['/cameras/cells/live', 'cells', '/live'],
    ['/cameras/cells/', 'cells', '/'],
    ['/cameras/cells', 'cells', ''],
    ['/cameras/cells/recordings/a/b', 'cells', '/recordings/a/b'],
    ['/cameras/cells/cameras/side/live', 'cells', '/cameras/side/live'],
    ['/cameras/..%2f/live', '..%2f', '/live'],
  ] as const) {
    expect(splitCameraPath(path)).toEqual({ name, rest });
    expect(`${cameraPath(name)}${rest}`).toBe(path);
  }
});

test('what only looks like the path of a camera is a path of none', () => {
  for (const path of [
    '/cameras',
    '/cameras/',
    '/cameras//live',
    '//cameras/cells/live',
    '/x/cameras/cells',
  ]) {
    expect(splitCameraPath(path)).toEqual({ name: '', rest: path });
  }
});

test('an address leads below its base, with or without a slash', () => {
  expect(urlBelow('ws://host:8321', '/camera').href).toBe('ws://host:8321/camera');
  expect(urlBelow('ws://host:8321/', '/camera').href).toBe('ws://host:8321/camera');
  expect(urlBelow('wss://host/cameras/cells/', '/camera').href).toBe('wss://host/cameras/cells/camera');
});
