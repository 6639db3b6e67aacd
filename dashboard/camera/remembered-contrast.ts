import { effect, type Signal, signal } from '@preact/signals';
import { AUTOMATIC_CONTRAST, type Contrast } from '../link/picture-wish.ts';
import { recordIn, rememberedChoice } from '../store/remembered-choice.ts';

/** Largest exponent that is taken over, and one over the smallest. */
const MOST_GAMMA = 4;

/** The contrast of the camera of a page, which this browser remembers: each person's own, and each camera's. */
export function rememberedContrast(page = globalThis.location?.pathname ?? '/'): Signal<Contrast> {
  const remembered = rememberedChoice(`contrast${page}`, '{}');
  const contrast = signal(contrastIn(remembered.peek()));
  effect(() => {
    remembered.value = JSON.stringify(contrast.value);
  });
  return contrast;
}

/** What an earlier visit left; automatic, or gamma 1, where that is missing or not understood. */
function contrastIn(text: string): Contrast {
  const { black, white, gamma } = recordIn<keyof Contrast>(text);
  const isManual = isNumber(black) && isNumber(white) && black < white;
  const isGamma = isNumber(gamma) && gamma >= 1 / MOST_GAMMA && gamma <= MOST_GAMMA;
  return {
    ...AUTOMATIC_CONTRAST,
    ...(isManual && { black, white }),
    ...(isGamma && { gamma }),
  };
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
