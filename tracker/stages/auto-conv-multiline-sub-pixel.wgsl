// auto-conv-multiline-sub-pixel: lanes stride over pixels and lags of both axes at once.
// Defined in auto-conv-multiline-sub-pixel.ts.

fn auto_conv_multiline_sub_pixel(lane: u32) {
  for (var iteration = 0; iteration < autoConvMultilineSubPixelIterations; iteration++) {
    let known = self_convolution(lane, autoConvMultilineSubPixelHalfLines);
    set_center_at_vertices(lane, autoConvMultilineSubPixelNLocal, known);
  }
}
