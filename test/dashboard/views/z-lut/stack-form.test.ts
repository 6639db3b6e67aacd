import { expect, test } from 'vitest';
import { readStackForm, type StackForm } from '../../../../dashboard/views/z-lut/stack-form.ts';

const FORM: StackForm = {
  ...{ zStartNm: '-500', zStepNm: '-50', framesPerPlane: '3', bothWays: true },
  ...{ rois: 'isolated', roiSize: '64' },
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

test('what is wrong is said by field', () => {
  expect(wrongOf({ zStartNm: '' })).toEqual(['zStartNm']);
  expect(wrongOf({ zStepNm: '' })).toEqual(['zStepNm', 'bothWays']);
  expect(wrongOf({ zStepNm: '0' })).toEqual(['zStepNm']);
  expect(wrongOf({ zStartNm: 'x', framesPerPlane: '1.5' })).toEqual(['zStartNm', 'framesPerPlane']);
  expect(wrongOf({ roiSize: '3' })).toEqual(['roiSize']);
  expect(wrongOf({ roiSize: '3', rois: 'whole' })).toEqual([]);
});
