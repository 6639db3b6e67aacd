// The kernel of the wasm engine: runs the steps of a plan on one ROI of one frame.
//
// To add a stage: NAME.as.ts beside NAME.ts exports one function, named as the stage in camelCase,
//   export function centerOfMass(params: usize, tables: usize): void
// which reads and writes the globals `Bead` of bead.as.ts. The build finds the file and calls it; nothing else changes.
// - params: what `stage.constants(params, size)` gives, f64 each, at offsets that constants.as exports by the same
//   names: load<f64>(params + centerOfMassK).
// - tables: what WASM_TABLES of tables.ts gives for the stage and ROI size, f64, made once by the host; else 0.
// - pixels: where they came, load<T>(Bead.pixels + row * Bead.rowBytes + column * sizeof<T>()), T by
//   Bead.bytesPerPixel; or floatPixels(), a copy as f32.
// - scratch: take(bytes), free again when the stage returns; `scratchBytes` of layout.ts says how much there is.
// constants.as is written by build.ts: `npm run -s build:kernel`, after every change of an .as.ts file or of a
// stage's constants.
import { Bead, beginScratch } from '../../stages/bead.as';
import {
  programBytesPerPixel,
  programHead,
  programKeeps,
  programProfile,
  programResumes,
  programSaturation,
  programSize,
  programSteps,
  resultBrightest,
  resultChiSquared,
  resultDarkest,
  resultRadii,
  resultScore,
  resultSigmaX,
  resultSigmaY,
  resultSigmaZ,
  resultStatus,
  resultX,
  resultY,
  resultZ,
  roiGivenProfile,
  roiGivenRadii,
  roiProgram,
  roiSeedX,
  roiSeedY,
  roiSeedZ,
  roiStart,
  roiStride,
  roiZLut,
  stepBytes,
} from '../../stages/constants.as';
import { measureLight } from '../../stages/light.as';
import { resumeStep, runSteps } from '../../stages/run-steps.as';
import { forgetLines } from '../../stages/self-convolution.as';

/** First address that the kernel's own constants leave free. */
export function freeFrom(): usize {
  return __heap_base;
}

/**
 * Tracks one bead.
 * @param roi address of its record
 * @param frame address of the frame's first pixel
 * @param scratch address of the room of this thread, aligned to 16, up to `scratchEnd`; its results come first
 */
export function track(roi: usize, frame: usize, scratch: usize, scratchEnd: usize): void {
  const program = <usize>load<u32>(roi + roiProgram);
  const size = load<i32>(program + programSize);
  Bead.size = size;
  Bead.bytesPerPixel = load<i32>(program + programBytesPerPixel);
  Bead.keeps = load<i32>(program + programKeeps) != 0;
  Bead.pixels = frame + <usize>load<u32>(roi + roiStart);
  Bead.rowBytes = <usize>load<u32>(roi + roiStride);
  Bead.zLut = <usize>load<u32>(roi + roiZLut);
  placeBead(load<f64>(roi + roiSeedX), load<f64>(roi + roiSeedY), load<f64>(roi + roiSeedZ));
  Bead.saturation = load<f64>(program + programSaturation);
  beginScratch(scratch, scratchEnd, load<i32>(program + programProfile));
  const given = <usize>load<u32>(roi + roiGivenProfile);
  if (given != 0) {
    Bead.radii = load<i32>(roi + roiGivenRadii);
    memory.copy(Bead.profile, given, <usize>Bead.radii << 3);
  }
  measureLight();
  forgetLines();

  let steps = program + programHead;
  const end = steps + <usize>load<u32>(program + programSteps) * stepBytes;
  const resumes = <usize>load<u32>(program + programResumes);
  if (resumes != 0 && isFinite(Bead.zNm)) {
    if (resumeStep(resumes)) steps = resumes + stepBytes;
    else placeBead(NaN, NaN, NaN);
  }
  runSteps(steps, end);

  store<f64>(scratch + resultX, Bead.xPx);
  store<f64>(scratch + resultY, Bead.yPx);
  store<f64>(scratch + resultZ, Bead.zNm);
  store<f64>(scratch + resultScore, Bead.score);
  store<f64>(scratch + resultStatus, <f64>Bead.status);
  store<f64>(scratch + resultDarkest, Bead.darkest);
  store<f64>(scratch + resultBrightest, Bead.brightest);
  store<f64>(scratch + resultSigmaX, Bead.sigmaXPx);
  store<f64>(scratch + resultSigmaY, Bead.sigmaYPx);
  store<f64>(scratch + resultSigmaZ, Bead.sigmaZNm);
  store<f64>(scratch + resultChiSquared, Bead.chiSquared);
  store<f64>(scratch + resultRadii, <f64>Bead.radii);
}

/** A bead of which only the place is known. */
function placeBead(xPx: f64, yPx: f64, zNm: f64): void {
  Bead.xPx = xPx;
  Bead.yPx = yPx;
  Bead.zNm = zNm;
  Bead.score = NaN;
  Bead.status = 0;
  Bead.sigmaXPx = NaN;
  Bead.sigmaYPx = NaN;
  Bead.sigmaZNm = NaN;
  Bead.chiSquared = NaN;
}
