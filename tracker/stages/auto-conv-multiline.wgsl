// auto-conv-multiline: lanes stride over pixels and lags of both axes at once. Defined in auto-conv-multiline.ts.

fn auto_conv_multiline(lane: u32) {
  let known = self_convolution(lane, autoConvMultilineHalfLines);
  set_center_at_lag(largest_lags(lane), vec2f(0.0), known);
}
