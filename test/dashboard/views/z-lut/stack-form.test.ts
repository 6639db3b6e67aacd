import { expect, test } from 'vitest';
import { readStackForm, type StackForm } from '../../../../dashboard/views/z-lut/stack-form.ts';

const FORM: StackForm = {
  ...{ zStartNm: '-500', zStepNm: '-50', framesPerPlane: '3', bothWays: true },
  ...{ rois: 'isolated', roiSize: '64', planes: null, pixelSizeNm: '' },
};
const wrongOf = (part: Partial<StackForm>) => {
  const read = readStackForm({ ...FORM, ...part }, false);
  return 'wrong' in read ? Object.keys(read.wrong) : [];
};

test('a form asks for what it says; the whole frame has no other size, and a sweep says all itself', () => {
  const planes = { zStartNm: -500, zStepNm: -50, framesPerPlane: 3, bothWays: true };
  expect(readStackForm(FORM, false)).toEqual({ ask: { ...planes, rois: 'isolated', roiSize: 64 } });
  expect(readStackForm({ ...FORM, rois: 'whole' }, false)).toEqual({ ask: { ...planes, rois: 'whole' } });
  expect(readStackForm({ ...FORM, zStepNm: '0' }, true)).toEqual({
    ask: { framesPerPlane: 1, bothWays: false },
  });
});

test('planes are left to the file when nothing is said of them', () => {
  const form = { ...FORM, zStartNm: '', zStepNm: ' ', bothWays: false, roiSize: '', framesPerPlane: '' };
  expect(readStackForm(form, false)).toEqual({
    ask: { framesPerPlane: 1, bothWays: false, rois: 'isolated' },
  });
});

test('a list of planes stands in for start, step and both ways, whatever was typed there', () => {
  const planes = { name: 'planes.csv', text: 'zNm\n0\n50\n' };
  expect(readStackForm({ ...FORM, planes, zStepNm: 'x', pixelSizeNm: '108.3' }, false)).toEqual({
    ask: {
      ...{ framesPerPlane: 1, bothWays: false, rois: 'isolated', roiSize: 64 },
      ...{ planesCsv: planes.text, pixelSizeNm: 108.3 },
    },
  });
  expect(wrongOf({ planes: { name: 'empty.csv', text: ' \n' } })).toEqual(['planes']);
  expect(wrongOf({ planes: { name: 'long.csv', text: '0\n'.repeat(450_001) } })).toEqual(['planes']);
  expect(wrongOf({ pixelSizeNm: '0' })).toEqual(['pixelSizeNm']);
});

test('what is wrong is said by field', () => {
  expect(wrongOf({ zStartNm: '' })).toEqual(['zStartNm']);
  expect(wrongOf({ zStepNm: '' })).toEqual(['zStepNm', 'bothWays']);
  expect(wrongOf({ zStepNm: '0' })).toEqual(['zStepNm']);
  expect(wrongOf({ zStartNm: 'x', framesPerPlane: '1.5' })).toEqual(['zStartNm', 'framesPerPlane']);
  expect(wrongOf({ roiSize: '3' })).toEqual(['roiSize']);
  expect(wrongOf({ roiSize: '3', rois: 'whole' })).toEqual([]);
});
