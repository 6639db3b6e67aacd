// Samples of the quadratic B-spline through the pixels of an ROI. Defined in quadratic-spline.ts.
// The coefficients are not made: a sample is a sum over pixels, each with the product of a weight of its column and one
// of its row.
import { Bead, take } from './bead.as';

/** Farther away, px, a pixel has no influence that f64 sees: it shrinks by 0.17 per px. */
const reach: i32 = 20;

/**
 * Weights of the pixels along one axis in the samples at a place, a px before and a px after it.
 * @param placePx in the ROI, or up to some px outside
 * @param margin px outside the ROI beyond which samples are those there
 * @returns address of [pixel, sample] f64, four samples a pixel, the last of them 0
 */
export function splineWeights(placePx: f64, margin: f64, pole: f64): usize {
  const last = Bead.size - 1;
  const weights = take(<usize>Bead.size << 5);
  memory.fill(weights, 0, <usize>Bead.size << 5);
  const influences = take(<usize>(reach + 2) << 3);
  let influence = (-8 * pole) / (1 - pole * pole);
  for (let distance = 0; distance < reach + 2; distance++) {
    store<f64>(influences + (<usize>distance << 3), influence);
    influence *= pole;
  }
  for (let sample = 0; sample < 3; sample++) {
    // Middle, before, after.
    const aside: f64 = sample == 0 ? 0 : sample == 1 ? -1 : 1;
    const place = min(max(placePx + aside, -margin), <f64>last + margin);
    const nearest = <i32>Math.floor(place + 0.5);
    const d = place - <f64>nearest;
    const before = 0.5 * (0.5 - d) * (0.5 - d);
    const after = 0.5 * (0.5 + d) * (0.5 + d);
    const middle = 0.75 - d * d;
    for (let offset = -reach; offset <= reach; offset++) {
      const weight =
        before * load<f64>(influences + (<usize>abs(offset + 1) << 3)) +
        middle * load<f64>(influences + (<usize>abs(offset) << 3)) +
        after * load<f64>(influences + (<usize>abs(offset - 1) << 3));
      // The border goes on beyond the ROI.
      const pixel = min(max(nearest + offset, 0), last);
      const at = weights + (<usize>pixel << 5) + (<usize>sample << 3);
      store<f64>(at, load<f64>(at) + weight);
    }
  }
  return weights;
}

/** First pixel that a sample at a place, or a px beside it, depends on. */
export function firstPixel(placePx: f64): i32 {
  return <i32>min(max(Math.floor(placePx) - <f64>(reach + 2), 0), <f64>(Bead.size - 1));
}

/** Last pixel that a sample at a place, or a px beside it, depends on. */
export function lastPixel(placePx: f64): i32 {
  return <i32>min(max(Math.floor(placePx) + <f64>(reach + 3), 0), <f64>(Bead.size - 1));
}
