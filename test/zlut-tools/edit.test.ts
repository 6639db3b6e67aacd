import { describe, expect, test } from 'vitest';
import { ConfigError, ZLutError } from '#protocol/errors.ts';
import { decodeBinaryZLut, encodeBinaryZLut } from '#protocol/z-lut-binary.ts';
import { modelRange } from '#stages/spline-model.ts';
import { editZLut, type ZLutEdit } from '#zlut-tools/edit.ts';
import { knownZLut } from '../support/known-z-lut.ts';

// 11 planes from 400 down to -100 nm, 8 radii, half a px each, ROIs of 8 px; its model from -100 to 400 nm.
const zLut = knownZLut('bead.zlut');
const edit = (changes: ZLutEdit) => editZLut(zLut, changes);
const profileOf = ({ profiles, radii }: typeof zLut | ReturnType<typeof edit>['zLut'], plane: number) =>
  profiles.subarray(plane * radii, (plane + 1) * radii);

describe('planes', () => {
  test('outside are left out, with the profiles and the model at their heights', () => {
    const { zLut: cropped, notes } = edit({ fromNm: 0, toNm: 360 });
    expect([...cropped.planeZNm]).toEqual([350, 300, 250, 200, 150, 100, 50, 0]);
    expect(profileOf(cropped, 0)).toEqual(profileOf(zLut, 1));
    expect(profileOf(cropped, 7)).toEqual(profileOf(zLut, 8));
    expect(modelRange(cropped.model!)).toEqual([0, 400]);
    expect(notes).toContain('8 of 11 planes kept, 350 to 0 nm');
  });

  test('of which too few stay are refused with what there is', () => {
    expect(() => edit({ fromNm: 100 })).toThrow(ZLutError);
    expect(() => edit({ fromNm: 100 })).toThrow(
      /bead\.zlut from 100 nm: expected at least 8 planes, received 7 of 11, which are from 400 to -100/,
    );
  });

  test('beyond the model drop it, and say so', () => {
    const low = { ...zLut, model: { ...zLut.model, startZNm: -5000 } };
    const { zLut: cropped, notes } = editZLut(low, { fromNm: -90 });
    expect(cropped).not.toHaveProperty('model');
    expect(notes).toContain('the model is dropped: none of it lies between these planes');
  });
});

describe('radii', () => {
  const wide = {
    ...zLut,
    radii: 16,
    method: { ...zLut.method, roiSize: 16 },
    profiles: Float64Array.from({ length: 11 * 16 }, (_, index) => index),
  };

  test('are left out from the outside, and the ROI is as small as they are', () => {
    const { zLut: cropped } = editZLut(wide, { radii: 12 });
    expect(cropped.radii).toBe(12);
    expect(profileOf(cropped, 3)).toEqual(profileOf(wide, 3).slice(0, 12));
    expect(cropped.method!.roiSize).toBe(12);
    // Of images, so that it serves smaller ones, too.
    expect(cropped.model).toEqual(zLut.model);
    const { method: _method, ...plain } = zLut;
    expect(editZLut(plain, { radii: 5 }).zLut.radii).toBe(5);
  });

  test('of no ROI, too few, or that are no rings are refused', () => {
    expect(() => editZLut(wide, { radii: 13 })).toThrow(/an ROI of even size has: 16, 14, 12.*received 13/);
    expect(() => edit({ radii: 3 })).toThrow(/expected 4 to 8, received 3/);
    expect(() => edit({ radii: 9 })).toThrow(/expected 4 to 8, received 9/);
    const spectrum = { ...zLut, method: { stage: 'fft-profile', params: {}, roiSize: 8 } };
    expect(() => editZLut(spectrum, { radii: 6 })).toThrow(/received profiles of fft-profile/);
  });
});

describe('heights', () => {
  test('are scaled, turned and shifted in this order, the model with them', () => {
    const { zLut: moved } = edit({ focalShift: 0.5, flip: true, zeroNm: -200 });
    expect([...moved.planeZNm]).toEqual(Array.from({ length: 11 }, (_, plane) => 25 * plane));
    expect(modelRange(moved.model!)).toEqual([0, 250]);
    expect(moved.model!.stepZNm).toBe(50);
    expect(moved.profiles).toEqual(zLut.profiles);
    const { zLut: shifted } = edit({ shiftNm: 30 });
    expect(shifted.planeZNm[0]).toBe(430);
    expect(modelRange(shifted.model!)).toEqual([-70, 430]);
  });

  test('a zero that is none of them is done and told, with those they were by then', () => {
    expect(edit({ zeroNm: 100 }).notes.join()).not.toMatch(/none of the heights/);
    expect(edit({ flip: true, zeroNm: 300 }).notes).toContain(
      '300 nm, now 0, is none of the heights that were from -400 to 100 nm by then',
    );
  });

  test('are scaled by the focal shift once, which is in the file', () => {
    const { zLut: once } = edit({ focalShift: 0.88 });
    expect(once.origin!.focalShift).toEqual({ factor: 0.88, applied: true });
    const read = decodeBinaryZLut(encodeBinaryZLut(once), 'once.zlut');
    expect(() => editZLut(read, { focalShift: 0.88 })).toThrow(
      /once\.zlut focal shift: .*holds the factor 0\.88 already; .*from before that edit/,
    );
    for (const factor of [0, -1, Number.NaN]) expect(() => edit({ focalShift: factor })).toThrow(ConfigError);
  });
});

describe('what is said of it', () => {
  test('lists each edit behind those before, and is right about the quality', () => {
    const { zLut: edited, notes } = edit({ shiftNm: -20, facts: { beadDiameterNm: 1050 } });
    expect(edited.origin).toMatchObject({
      beadDiameterNm: 1050,
      objective: 'Nikon 60x NA 1.2 water',
      edits: ['cropped to planes from -100 to 400 nm', '-20 nm added to z', 'beadDiameterNm set to 1050'],
    });
    expect(edited.origin).not.toHaveProperty('quality');
    expect(notes.join()).toContain('quality is dropped');
    // More facts make it no other table.
    expect(edit({ facts: { objective: 'other' } }).zLut.origin!.quality).toEqual(zLut.origin.quality);
    expect(zLut.origin.edits).toHaveLength(1);
  });

  test('is refused when nothing, or two things at once, would change', () => {
    expect(() => edit({})).toThrow(/expected something to change/);
    expect(() => edit({ zeroNm: 1, shiftNm: 1 })).toThrow(/one of --zero and --shift/);
  });
});
