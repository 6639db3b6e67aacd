import { expect, test } from 'vitest';
import { parseSimulatedCameraOptions, simulatedSensor } from '#camera-adapters/simulated.ts';
import { trackRoi } from '#engines/reference.ts';
import { simulateFocalSweep } from '#simulation/focal-sweep.ts';
import { MAGTRACK_PLAN, parsePlan } from '#stages/plan.ts';
import { simulatedZLuts } from '#tracker/simulated-z-luts.ts';
import { precisePlan } from './stages/precision-exam.ts';

const SIZE = 64;
const camera = parseSimulatedCameraOptions({ radiiNm: [1400], zRangeNm: [5000, 5010] });

test('the Z-LUT of a simulated bead has a model where the plan needs one, and tells its errors truly', async () => {
  const plan = precisePlan();
  const zLut = (await simulatedZLuts(camera, plan, SIZE)).get(1400)!;
  const sensor = simulatedSensor(camera);
  expect(Math.abs(zLut.model!.cameraGain / sensor.gain - 1)).toBeLessThan(0.1);
  const planeZNm = Array.from({ length: 12 }, (_, plane) => 4805 + 35 * plane);
  const { frames, truth } = simulateFocalSweep({
    optics: { radiusNm: 1400 },
    planeZNm,
    framesPerPlane: 5,
    pixelFormat: camera.pixelFormat,
    sensor,
    seed: 77,
  });
  const squares = [0, 0, 0];
  for (let frame = 0; frame < 60; frame++) {
    const pixels = Float64Array.from(frames.subarray(frame * SIZE ** 2, (frame + 1) * SIZE ** 2));
    const bead = trackRoi(pixels, SIZE, zLut, plan);
    expect(bead.status).toBe(0);
    squares[0]! += ((bead.xPx - truth[2 * frame]!) / bead.sigmaXPx!) ** 2 / 60;
    squares[1]! += ((bead.yPx - truth[2 * frame + 1]!) / bead.sigmaYPx!) ** 2 / 60;
    squares[2]! += ((bead.zNm - planeZNm[Math.floor(frame / 5)]!) / bead.sigmaZNm!) ** 2 / 60;
  }
  // 60 frames know a spread to 9 %, and z is that of a Z-LUT with 8 frames a plane.
  for (const square of squares) {
    expect(Math.sqrt(square)).toBeGreaterThan(0.75);
    expect(Math.sqrt(square)).toBeLessThan(1.4);
  }
  expect((await simulatedZLuts(camera, parsePlan(MAGTRACK_PLAN), SIZE)).get(1400)!.model).toBeUndefined();
});
