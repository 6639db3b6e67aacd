// qi: lanes stride over the pixels around the center. Defined in qi.ts.
// The spline's coefficients are not made: a sample of the spline is a sum over pixels, each with the product of a
// weight of its column and one of its row. Weights shrink by 0.17 per px, so that beyond qiReach px they are less
// than 1e-9 together, which f32 does not see.

const qiSide = 2 * qiReach + 1;
// Samples a pixel aside take the weights of the neighboring pixel.
const qiWeights = qiSide + 2;

// Multiple of the rounding error of the sums below which their curvature is noise.
const qiNoise = 4.0 * 1.1920929e-7;

fn qi(lane: u32) {
  for (var index = i32(lane); index < qiWeights; index += lanes) {
    scratch[index] = spline_weight(index - qiReach - 1);
  }
  workgroupBarrier();

  // Relative to the pixel at the center: what is even around it is then exactly 0.
  let level = nearest_pixel(centerWhole);
  var aside = vec4f(0.0);   // left, right, above, below
  var middle = vec2f(0.0);  // and the sum of its terms without their signs
  for (var index = i32(lane); index < qiSide * qiSide; index += lanes) {
    let offset = vec2i(index % qiSide, index / qiSide) - qiReach;
    let light = nearest_pixel(centerWhole + offset) - level;
    let x = offset.x + qiReach + 1;
    let y = offset.y + qiReach + 1;
    let here = vec2f(scratch[x].x, scratch[y].y);
    aside += light * vec4f(
      vec2f(scratch[x + 1].x, scratch[x - 1].x) * here.y,
      vec2f(scratch[y + 1].y, scratch[y - 1].y) * here.x,
    );
    let term = light * here.x * here.y;
    middle += vec2f(term, abs(term));
  }
  aside = sum_over_lanes(lane, aside);
  middle = sum_over_lanes(lane, vec4f(middle, 0.0, 0.0)).xy;

  if (keepsSamples) {
    keep_samples(lane, level + vec3f(aside.x, middle.x, aside.y), level + vec3f(aside.z, middle.x, aside.w));
  }

  let slope = aside.xz - aside.yw;
  let curvature = aside.xz - 2.0 * middle.x + aside.yw;
  let bent = (abs(curvature) > vec2f(qiStraight)) & (abs(curvature) > vec2f(qiNoise * middle.y));
  let step = select(vec2f(0.0), 0.5 * slope / curvature, bent);
  set_center(centerWhole, centerPart + step, bent & vec2<bool>(centerKnown.x && centerKnown.y));
}

// Gives the samples back in place of the profile.
fn keep_samples(lane: u32, x: vec3f, y: vec3f) {
  for (var index = i32(lane); index < 3; index += lanes) {
    profile[index] = select(emptyBin, x[index], all(centerKnown));
    profile[3 + index] = select(emptyBin, y[index], all(centerKnown));
  }
  // Other lanes write the results.
  workgroupBarrier();
}

// Share of a pixel so many px right of or below the center's in a sample of the spline at the center.
fn spline_weight(offset: i32) -> vec2f {
  let before = 0.5 - centerPart;
  let after = 0.5 + centerPart;
  return 0.5 * before * before * pixel_influence(offset + 1)
    + (0.75 - centerPart * centerPart) * pixel_influence(offset)
    + 0.5 * after * after * pixel_influence(offset - 1);
}

// Share of a pixel in the spline's coefficient so many px away.
fn pixel_influence(offset: i32) -> f32 {
  var influence = -8.0 * splinePole / (1.0 - splinePole * splinePole);
  for (var distance = abs(offset); distance > 0; distance--) { influence *= splinePole; }
  return influence;
}

// Counts above the darkest; the border goes on beyond the ROI.
fn nearest_pixel(at: vec2i) -> f32 {
  let inside = clamp(at, vec2i(0), vec2i(roiSize - 1));
  return pixel(inside.y, inside.x);
}
