import { MAX_ROI_SIZE, MIN_ROI_SIZE } from '#protocol/roi.ts';
import type { StackRois } from '#protocol/z-lut-requests.ts';

/** The form of a build as it was typed. */
export interface StackForm {
  zStartNm: string;
  zStepNm: string;
  framesPerPlane: string;
  /** File with the planes, in place of those; null without one. */
  planes: { name: string; text: string } | null;
  pixelSizeNm: string;
  bothWays: boolean;
  rois: StackRois;
  roiSize: string;
}

/** What the form asks for, beside the stack. */
export interface StackAsk {
  framesPerPlane: number;
  bothWays: boolean;
  planesCsv?: string;
  pixelSizeNm?: number;
  zStartNm?: number;
  zStepNm?: number;
  rois?: StackRois;
  roiSize?: number;
}

/** Characters of a file of planes at most, as a request takes. */
const MOST_PLANES_CSV = 900_000;

/** What a form asks for, or what is wrong with it by field; of a sweep, which says all of it, nothing is read. */
export function readStackForm(
  form: StackForm,
  isSweep: boolean,
): { ask: StackAsk } | { wrong: Partial<Record<keyof StackForm, string>> } {
  const wrong: Partial<Record<keyof StackForm, string>> = {};
  if (isSweep) return { ask: { framesPerPlane: 1, bothWays: false } };
  const { planes, rois } = form;
  const number = (field: 'zStartNm' | 'zStepNm' | 'framesPerPlane' | 'pixelSizeNm' | 'roiSize') => {
    const typed = form[field].trim();
    return typed === '' ? undefined : Number(typed);
  };
  // A list says all of the planes.
  const [zStartNm, zStepNm] = planes ? [] : [number('zStartNm'), number('zStepNm')];
  const framesPerPlane = planes ? 1 : (number('framesPerPlane') ?? 1);
  const bothWays = !planes && form.bothWays;
  const pixelSizeNm = number('pixelSizeNm');
  const roiSize = rois === 'whole' ? undefined : number('roiSize');
  if (zStartNm !== undefined && !Number.isFinite(zStartNm)) wrong.zStartNm = 'a number of nm';
  if (zStepNm !== undefined && (!Number.isFinite(zStepNm) || zStepNm === 0)) {
    wrong.zStepNm = 'a number of nm that is not 0';
  }
  if (zStartNm === undefined && zStepNm !== undefined) wrong.zStartNm = 'where the first plane is';
  if (zStartNm !== undefined && zStepNm === undefined) wrong.zStepNm = 'the way from a plane to the next';
  if (zStepNm === undefined && bothWays) wrong.bothWays = 'start and step with both ways';
  if (!Number.isInteger(framesPerPlane) || framesPerPlane < 1 || framesPerPlane > 1000) {
    wrong.framesPerPlane = 'a whole number from 1 to 1000';
  }
  if (planes && planes.text.trim() === '') wrong.planes = 'a line for each frame';
  if (planes && planes.text.length > MOST_PLANES_CSV) wrong.planes = `at most ${MOST_PLANES_CSV} characters`;
  if (pixelSizeNm !== undefined && !(pixelSizeNm > 0 && pixelSizeNm <= 1e6)) {
    wrong.pixelSizeNm = 'a number of nm above 0';
  }
  if (
    roiSize !== undefined &&
    !(Number.isInteger(roiSize) && roiSize >= MIN_ROI_SIZE && roiSize <= MAX_ROI_SIZE)
  ) {
    wrong.roiSize = `a whole number from ${MIN_ROI_SIZE} to ${MAX_ROI_SIZE} px`;
  }
  if (Object.keys(wrong).length > 0) return { wrong };
  return {
    ask: {
      ...{ framesPerPlane, bothWays, rois },
      ...(zStartNm !== undefined && { zStartNm }),
      ...(zStepNm !== undefined && { zStepNm }),
      ...(planes && { planesCsv: planes.text }),
      ...(pixelSizeNm !== undefined && { pixelSizeNm }),
      ...(roiSize !== undefined && { roiSize }),
    },
  };
}
