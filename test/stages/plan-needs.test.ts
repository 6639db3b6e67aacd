import { describe, expect, test } from 'vitest';
import { ZLutError } from '#protocol/errors.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { assertHasModel, needsModel } from '#stages/plan-needs.ts';
import { precisePlan } from './precision-exam.ts';
import { ringModel } from './ring-model.ts';
import { ringZLut } from './synthetic-bead.ts';

const magtrack = parsePlan(MAGTRACK_PLAN);

describe('what a plan needs', () => {
  test('a model, where it has the stage maximum-likelihood', () => {
    expect([needsModel(magtrack), needsModel(precisePlan())]).toEqual([false, true]);
    const zLut = ringZLut(20);
    expect(() => assertHasModel(precisePlan(), zLut, 3)).toThrow(ZLutError);
    expect(() => assertHasModel(precisePlan(), zLut, 3)).toThrow(/bead 3 .*rings.*zlut build --model/s);
    assertHasModel(precisePlan(), { ...zLut, model: ringModel() }, 3);
    assertHasModel(magtrack, zLut, 3);
  });
});
