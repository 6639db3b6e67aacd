import type { ZLut } from '#protocol/z-lut.ts';
import { createZLutModel } from '#protocol/z-lut-model.ts';

export type KnownZLut = ZLut & Required<Pick<ZLut, 'method' | 'model' | 'origin'>>;

/** A small Z-LUT of falling z that says all a Z-LUT can say of itself, with a NaN bin. */
export function knownZLut(name: string): KnownZLut {
  const [planes, radii] = [11, 8];
  return {
    name,
    planes,
    radii,
    planeZNm: Float64Array.from({ length: planes }, (_, plane) => 400 - 50 * plane),
    profiles: Float64Array.from({ length: planes * radii }, (_, index) =>
      index === 8 ? Number.NaN : 100 + 40 * Math.cos(index * index),
    ),
    method: { stage: 'radial-profile', params: { bins: 'split', oversample: 2 }, roiSize: 8 },
    model: createZLutModel(
      name,
      Float64Array.from({ length: 8 * 6 }, (_, index) => 100 + 10 * Math.sin(index)),
      [8, 6],
      {
        startZNm: -100,
        stepZNm: 100,
        knotPx: 1.25,
        reachPx: 3.5,
        levelCounts: 100,
        cameraGain: 0.5,
        floorVariance: -2,
        misfit: 0.25,
      },
    ),
    origin: {
      madeAt: '2024-05-06T07:08:09.000Z',
      madeBy: 'tweezertrack 0.1.0',
      pixelSizeNm: 108.3,
      beadDiameterNm: 2800,
      objective: 'Nikon 60x NA 1.2 water',
      bead: 3,
      focalShift: { factor: 0.88, applied: false },
      stack: { name: 'sweep.tif', sha256: 'ab'.repeat(32) },
      frames: { used: 210, rejected: { lost: 2, blur: 8 } },
      edits: ['cropped to planes from -100 to 400 nm'],
      quality: {
        score: 91,
        verdict: 'good',
        sentence: 'good: bias under 1 nm',
        usefulRangeNm: [-50, 350],
        biasNm: 0.4,
        noiseNm: 1.9,
      },
    },
  };
}
