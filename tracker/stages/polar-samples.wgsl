// Bilinear samples of an ROI on circles around its center. Defined in polar-samples.ts.

// Cosine and sine of an angle from 0 to a quarter turn, to 1e-7: WGSL promises only 2^-11 for its own.
fn direction(quarterTurns: f32) -> vec2f {
  let angle = 1.5707963 * min(quarterTurns, 1.0 - quarterTurns);
  let s = angle * angle;
  let sine = angle * (1.0 + s * (-1.0 / 6.0 + s * (1.0 / 120.0 + s * (-1.0 / 5040.0 + s / 362880.0))));
  let cosine = 1.0 + s * (-0.5 + s * (1.0 / 24.0 + s * (-1.0 / 720.0 + s / 40320.0)));
  return select(vec2f(cosine, sine), vec2f(sine, cosine), quarterTurns > 0.5);
}

// Counts above the darkest pixel at an offset from the center, and 1; nothing when a neighbor is outside the ROI.
fn sample_at(offset: vec2f) -> vec2f {
  let place = centerPart + offset;
  let steps = floor(place);
  let near = centerWhole + vec2i(steps);
  if (any(near < vec2i(0)) || any(near > vec2i(roiSize - 2))) { return vec2f(0.0); }
  let share = place - steps;
  let above = mix(pixel(near.y, near.x), pixel(near.y, near.x + 1), share.x);
  let below = mix(pixel(near.y + 1, near.x), pixel(near.y + 1, near.x + 1), share.x);
  return vec2f(mix(above, below, share.y), 1.0);
}
