// Convolution of the row and the column profile through the center with themselves. Defined in self-convolution.ts.
// Lanes stride over the pixels of the lines, then over the lags; x of a pair belongs to the row, y to the column.
// scratch holds the lines, then the lags.

// Returns the axes that can be found: a known center along the line, and no line beyond the last.
fn self_convolution(lane: u32, halfLines: i32) -> vec2<bool> {
  let wanted = select(vec2i(0), centerWhole.yx, centerKnown.yx);
  let across = clamp(wanted, vec2i(halfLines - roiSize), vec2i(roiSize - 1 - halfLines));

  for (var index = i32(lane); index < roiSize; index += lanes) {
    var line = vec2f(0.0);
    for (var offset = -halfLines; offset <= halfLines; offset++) {
      // Lines before the first are taken from the far side.
      let at = (across + offset + roiSize) % vec2i(roiSize);
      line += vec2f(pixel(at.x, index), pixel(index, at.y));
    }
    scratch[index] = line;
  }
  workgroupBarrier();

  // Relative to the first pixel: a line without contrast is then exactly 0.
  let first = scratch[0];
  var sum = vec4f(0.0);
  for (var index = i32(lane); index < roiSize; index += lanes) {
    let counts = scratch[index] - first;
    sum += vec4f(counts, abs(counts));
  }
  let total = sum_over_lanes(lane, sum) / f32(roiSize);
  let mean = total.xy;

  // To counts of about 1, so that no product leaves f32.
  let scale = select(1.0 / total.zw, vec2f(0.0), total.zw == vec2f(0.0));
  for (var index = i32(lane); index < roiSize; index += lanes) {
    let distance = (vec2f(vec2i(index) - centerWhole) - centerPart) / windowSigmaPx;
    scratch[index] = (scratch[index] - first - mean) * scale * exp(-0.5 * distance * distance);
  }
  workgroupBarrier();

  for (var index = i32(lane); index < roiSize; index += lanes) {
    scratch[roiSize + index] = folded_sum(middle + index);
  }
  let known = centerKnown & (wanted == across);
  if (keepsConvolutions) { keep_lags(lane, known, total.zw / f32(2 * halfLines + 1)); }
  return known;
}

// One lag of the full self-convolution; both halves of the sum are equal, so one is taken twice.
fn folded_sum(lag: i32) -> vec2f {
  var half = vec2f(0.0);
  var low = max(0, lag - roiSize + 1);
  for (var high = lag - low; low < high; high--) {
    half += scratch[low] * scratch[high];
    low++;
  }
  if (lag % 2 == 0) { return 2.0 * half + scratch[lag / 2] * scratch[lag / 2]; }
  return 2.0 * half;
}

// Gives the lags back in place of the profile; unit is the counts of the mean line that they are relative to.
fn keep_lags(lane: u32, known: vec2<bool>, unit: vec2f) {
  profileFromZero = true;
  for (var index = i32(lane); index < roiSize; index += lanes) {
    let lag = select(vec2f(emptyBin), scratch[roiSize + index] * unit * unit, known);
    profile[index] = lag.x;
    profile[roiSize + index] = lag.y;
  }
}

// Index of the first largest lag of each axis; after it every lane may read every lag.
fn largest_lags(lane: u32) -> vec2i {
  var values = vec2f(-3e38);
  var indices = vec2i(0);
  for (var index = i32(lane); index < roiSize; index += lanes) {
    let lag = scratch[roiSize + index];
    let better = lag > values;
    values = select(values, lag, better);
    indices = select(indices, vec2i(index), better);
  }
  return vec2i(first_maximum(lane, values, indices).zw);
}

// Center at half of a lag of the crop, given as a whole one and a fraction.
fn set_center_at_lag(lag: vec2i, fraction: vec2f, known: vec2<bool>) {
  let twice = middle + lag;
  set_center(twice >> vec2u(1u), 0.5 * (vec2f(twice & vec2i(1)) + fraction), known);
}

// Center at the vertex of the parabola through nLocal lags around the largest of each axis. The fit is too small to
// share, so every lane does it.
fn set_center_at_vertices(lane: u32, nLocal: i32, known: vec2<bool>) {
  let peak = largest_lags(lane);
  let x = lag_vertex(peak.x, 0, nLocal);
  let y = lag_vertex(peak.y, 1, nLocal);
  set_center_at_lag(peak, vec2f(x.offset, y.offset), known & vec2<bool>(x.known, y.known));
}

fn lag_vertex(peak: i32, axis: i32, nLocal: i32) -> Vertex {
  if (!clear_of_ends(peak, nLocal, roiSize)) { return Vertex(0.0, false); }
  var values: array<f32, 7>;
  for (var index = 0; index < nLocal; index++) {
    values[index] = scratch[roiSize + peak - (nLocal - 1) / 2 + index][axis];
  }
  return parabolic_vertex(values, nLocal);
}
