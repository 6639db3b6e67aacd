import { describeMethod, type ZLut } from '#protocol/z-lut.ts';
import type { ZLutFacts } from '#protocol/z-lut-list.ts';

/** What people choose a Z-LUT by. */
export function factsOf({ name, planes, planeZNm, radii, method, model, origin }: ZLut): ZLutFacts {
  const [fromNm, toNm] = [planeZNm[0]!, planeZNm[planes - 1]!].sort((a, b) => a - b) as [number, number];
  return {
    ...{ name, planes, fromNm, toNm, radii },
    roiSize: method?.roiSize ?? null,
    method: method ? describeMethod(method) : null,
    model: model !== undefined,
    quality: origin?.quality ?? null,
    madeAt: origin?.madeAt ?? null,
  };
}
