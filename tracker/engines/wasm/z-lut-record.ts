import type { ZLut } from '#protocol/z-lut.ts';
import type { ZLutModel } from '#protocol/z-lut-model.ts';
import { SKIPPED_RADII, unitPlanes } from '#stages/pearson.ts';
import { KERNEL_WORDS as WORDS } from './words.ts';
import type { Writer } from './writer.ts';

/** Record of a Z-LUT, with its planes ready to be correlated. */
export function writeZLut(writer: Writer, zLut: ZLut): number {
  const { planes, radii, planeZNm } = zLut;
  const width = radii - SKIPPED_RADII;
  const stride = Math.ceil(width / 4) * 4;
  const at = writer.room(WORDS.zLutBytes);
  const units = writer.floats32(planes * stride, (into) => {
    const values = unitPlanes(zLut);
    for (let plane = 0; plane < planes; plane++) {
      into.set(values.subarray(plane * width, (plane + 1) * width), plane * stride);
    }
  });
  writer.words(at, [
    [WORDS.zLutPlanes, planes],
    [WORDS.zLutRadii, radii],
    [WORDS.zLutStride, stride],
    [WORDS.zLutUnits, units],
    [WORDS.zLutPlaneZNm, writer.floats64(planeZNm)],
    [WORDS.zLutModel, zLut.model ? writeModel(writer, zLut.model) : 0],
  ]);
  return at;
}

/** Its model. Counts are above the mean light, so that f32 keeps the digits of faint rings. */
function writeModel(writer: Writer, model: ZLutModel): number {
  const { zKnots, knots, coefficients, levelCounts } = model;
  const stride = Math.ceil((knots + 1) / 4) * 4;
  const at = writer.room(WORDS.modelBytes);
  const rows = writer.floats32(zKnots * stride, (into) => {
    for (let row = 0; row < zKnots; row++) {
      for (let knot = -1; knot < knots; knot++) {
        into[row * stride + knot + 1] = coefficients[row * knots + Math.abs(knot)]! - levelCounts;
      }
    }
  });
  writer.words(at, [
    [WORDS.modelZKnots, zKnots],
    [WORDS.modelKnots, knots],
    [WORDS.modelStride, stride],
    [WORDS.modelCoefficients, rows],
  ]);
  writer.double(at + WORDS.modelStartZNm, model.startZNm);
  writer.double(at + WORDS.modelStepZNm, model.stepZNm);
  writer.double(at + WORDS.modelKnotPx, model.knotPx);
  writer.double(at + WORDS.modelReachPx, model.reachPx);
  writer.double(at + WORDS.modelLevelCounts, levelCounts);
  writer.double(at + WORDS.modelCameraGain, model.cameraGain);
  writer.double(at + WORDS.modelFloorVariance, model.floorVariance);
  writer.double(at + WORDS.modelMisfit, model.misfit);
  return at;
}
