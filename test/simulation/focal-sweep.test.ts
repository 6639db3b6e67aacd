import { expect, test } from 'vitest';
import { sensorFor } from '#simulation/camera-noise.ts';
import { simulateFocalSweep } from '#simulation/focal-sweep.ts';
import { createRadialOptics, renderBead } from '#simulation/radial-optics.ts';

const optics = { radiusNm: 600 };
const planeZNm = [1000, 1500, 2300];
const sensor = sensorFor('mono12', { photonsPerPixel: 1e5, readNoise: 0 });
const sweep = simulateFocalSweep({
  optics,
  planeZNm,
  framesPerPlane: 4,
  size: 30,
  pixelFormat: 'mono12',
  sensor,
  seed: 1,
});

test('every frame is the exact image of its plane at its true place, within 5 sd of its noise', () => {
  const exactOptics = createRadialOptics(optics);
  for (let frame = 0; frame < 12; frame++) {
    const [xPx, yPx] = sweep.truth.subarray(2 * frame, 2 * frame + 2) as unknown as [number, number];
    const zNm = planeZNm[Math.floor(frame / 4)]!;
    const exact = renderBead(exactOptics, { xPx, yPx, zNm, size: 30, pixelSizeNm: 100 });
    exact.forEach((light, pixel) => {
      const count = Math.min(4095, light * 1638);
      const sd = 1638 * Math.sqrt(light / 1e5) + 0.5;
      // 0.5 % of the background is what the renderer itself may be off.
      expect(Math.abs(sweep.frames[frame * 900 + pixel]! - count)).toBeLessThan(5 * sd + 0.005 * 1638);
    });
  }
});

test('beads lie within half a pixel of the middle, each frame elsewhere', () => {
  expect(sweep.truth).toHaveLength(24);
  expect(sweep.truth.every((place) => Math.abs(place - 14.5) <= 0.5)).toBe(true);
  expect(new Set(sweep.truth).size).toBe(24);
});

test('planes, frames and pixel type are as asked for', () => {
  expect(Array.from(sweep.planeZNm)).toEqual(planeZNm);
  expect(sweep.frames).toBeInstanceOf(Uint16Array);
  expect(sweep.frames).toHaveLength(3 * 4 * 900);
  const bytes = simulateFocalSweep({
    optics,
    planeZNm: [0],
    size: 16,
    pixelFormat: 'mono8',
    sensor: sensorFor('mono8', { photonsPerPixel: 500, readNoise: 3 }),
    seed: 2,
  });
  expect(bytes.frames).toBeInstanceOf(Uint8Array);
  expect(bytes.framesPerPlane).toBe(16);
});
