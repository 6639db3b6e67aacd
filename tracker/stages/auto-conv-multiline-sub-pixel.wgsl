// auto-conv-multiline-sub-pixel: lanes stride over pixels and lags of both axes at once; the fit is too small to
// share, so every lane does it. Defined in auto-conv-multiline-sub-pixel.ts.

fn auto_conv_multiline_sub_pixel(lane: u32) {
  for (var iteration = 0; iteration < autoConvMultilineSubPixelIterations; iteration++) {
    let known = self_convolution(lane, autoConvMultilineSubPixelHalfLines);
    let peak = largest_lags(lane);
    let x = lag_vertex(peak.x, 0);
    let y = lag_vertex(peak.y, 1);
    set_center_at_lag(peak, vec2f(x.offset, y.offset), known & vec2<bool>(x.known, y.known));
  }
}

fn lag_vertex(peak: i32, axis: i32) -> Vertex {
  let nLocal = autoConvMultilineSubPixelNLocal;
  if (!clear_of_ends(peak, nLocal, roiSize)) { return Vertex(0.0, false); }
  var values: array<f32, 7>;
  for (var index = 0; index < nLocal; index++) {
    values[index] = scratch[roiSize + peak - (nLocal - 1) / 2 + index][axis];
  }
  return parabolic_vertex(values, nLocal);
}
