// auto-conv: lanes stride over pixels and lags of both axes at once. Defined in auto-conv.ts.

fn auto_conv(lane: u32) {
  let known = self_convolution(lane, 0);
  set_center_at_lag(largest_lags(lane), vec2f(0.0), known);
}
