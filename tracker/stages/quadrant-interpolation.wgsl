// quadrant-interpolation: lanes stride over circles, then over lags; both axes at once, x of a pair along the row.
// scratch holds the halves right of and below the center, those left of and above it, then the lags.
// Defined in quadrant-interpolation.ts.

fn quadrant_interpolation(lane: u32) {
  let level = mean_counts(lane);
  let reach = quadrant_reach();
  let iterations = of_first_lane(lane, i32(quadrantInterpolationIterations));
  for (var iteration = 0; iteration < iterations; iteration++) {
    // scratch may still be read by the stage or the iteration before.
    workgroupBarrier();
    let powers = halves_around(lane, quadrant_angles(iteration), level);
    for (var lag = i32(lane) - reach; lag <= reach; lag += lanes) {
      scratch[2 * quadrant_radii() + reach + lag] = half_agreement(lag);
    }
    workgroupBarrier();
    let peak = largest_agreement(lane);
    let x = agreement_vertex(peak.x, 0);
    let y = agreement_vertex(peak.y, 1);
    let bent = vec2<bool>(x.known, y.known);
    var found = centerKnown.x && centerKnown.y;
    if (iteration == iterations - 1) {
      let agreement = vec2f(agreement_at(peak.x, 0), agreement_at(peak.y, 1));
      let alike = agreement >= quadrantInterpolationMinSymmetry * sqrt(powers.xy * powers.zw);
      found = found && all(bent & alike);
    }
    let steps = vec2f(peak - reach) + select(vec2f(0.0), vec2f(x.offset, y.offset), bent);
    let moved = centerPart + quadrantInterpolationShift * steps;
    let place = vec2f(centerWhole) + moved;
    found = found && all(place >= vec2f(0.0)) && all(place <= vec2f(f32(roiSize - 1)));
    set_center(centerWhole, moved, vec2<bool>(found));
  }
}

fn quadrant_radii() -> i32 { return i32(quadrantInterpolationRadii); }
fn quadrant_reach() -> i32 { return i32(quadrantInterpolationReach); }

// Samples of a quadrant in one iteration.
fn quadrant_angles(iteration: i32) -> i32 {
  let angles = array<i32, 8>(
    i32(quadrantInterpolationAngles0), i32(quadrantInterpolationAngles1), i32(quadrantInterpolationAngles2),
    i32(quadrantInterpolationAngles3), i32(quadrantInterpolationAngles4), i32(quadrantInterpolationAngles5),
    i32(quadrantInterpolationAngles6), i32(quadrantInterpolationAngles7),
  );
  return angles[iteration];
}

// Writes the halves around the center; returns the powers of right, below, left, above.
fn halves_around(lane: u32, angles: i32, level: f32) -> vec4f {
  // To counts of about 1, so that no product leaves f32.
  let scale = select(1.0 / level, 0.0, level == 0.0);
  var powers = vec4f(0.0);
  for (var circle = i32(lane); circle < quadrant_radii(); circle += lanes) {
    let radius = quadrantInterpolationMinRadius + f32(circle) * quadrantInterpolationStep;
    // Quadrants to the bottom right, bottom left, top left, top right.
    var sums = array<vec4f, 4>();
    var samples = vec4f(0.0);
    for (var angle = 0; angle < angles; angle++) {
      let towards = direction((f32(angle) + 0.5) / f32(angles));
      let weights = select(vec2f(1.0), towards, quadrantInterpolationCosine == 1);
      let offset = radius * towards;
      let counts = array<vec2f, 4>(
        sample_at(offset), sample_at(vec2f(-offset.x, offset.y)),
        sample_at(-offset), sample_at(vec2f(offset.x, -offset.y)),
      );
      for (var quadrant = 0; quadrant < 4; quadrant++) {
        sums[quadrant] += vec4f(counts[quadrant] * weights.x, counts[quadrant] * weights.y);
        samples[quadrant] += counts[quadrant].y;
      }
    }
    var means = array<vec2f, 4>();
    for (var quadrant = 0; quadrant < 4; quadrant++) {
      means[quadrant] = quadrant_means(sums[quadrant], samples[quadrant], level) * scale * window_at(circle);
    }
    let plus = means[0] + vec2f(means[3].x, means[1].y);
    let minus = means[2] + vec2f(means[1].x, means[3].y);
    scratch[circle] = plus;
    scratch[quadrant_radii() + circle] = minus;
    powers += vec4f(plus * plus, minus * minus);
  }
  return sum_over_lanes(lane, powers);
}

// Means of the samples above the mean of the ROI, by the weights of each axis: sums are of x, then of y.
fn quadrant_means(sums: vec4f, samples: f32, level: f32) -> vec2f {
  if (samples < quadrantInterpolationLeastSamples) { return vec2f(0.0); }
  return sums.xz / sums.yw - level;
}

fn window_at(circle: i32) -> f32 {
  let u = f32(circle) / f32(quadrant_radii());
  let rim = 1.0 - exp(-20.0 * (1.0 - u) * (1.0 - u));
  let center = 1.0 - exp(-100.0 * u * u);
  return sqrt(rim * center * 2.0 * u);
}

// How alike the halves are when one is shifted by so many steps.
fn half_agreement(lag: i32) -> vec2f {
  var sum = vec2f(0.0);
  let end = min(quadrant_radii(), quadrant_radii() - lag);
  for (var circle = max(0, -lag); circle < end; circle++) {
    sum += scratch[circle + lag] * scratch[quadrant_radii() + circle];
  }
  return sum;
}

fn agreement_at(index: i32, axis: i32) -> f32 { return scratch[2 * quadrant_radii() + index][axis]; }

// Index of the first largest lag of each axis.
fn largest_agreement(lane: u32) -> vec2i {
  var values = vec2f(-3e38);
  var indices = vec2i(0);
  for (var index = i32(lane); index <= 2 * quadrant_reach(); index += lanes) {
    let agreement = scratch[2 * quadrant_radii() + index];
    let better = agreement > values;
    values = select(values, agreement, better);
    indices = select(indices, vec2i(index), better);
  }
  return vec2i(first_maximum(lane, values, indices).zw);
}

fn agreement_vertex(peak: i32, axis: i32) -> Vertex {
  if (peak < 3 || peak + 3 > 2 * quadrant_reach()) { return Vertex(0.0, false); }
  var values: array<f32, 7>;
  for (var index = 0; index < 7; index++) { values[index] = agreement_at(peak - 3 + index, axis); }
  return weighted_vertex(values, 3, vec4f(
    quadrantInterpolationWeight0, quadrantInterpolationWeight1,
    quadrantInterpolationWeight2, quadrantInterpolationWeight3,
  ));
}
