// auto-conv-sub-pixel: lanes stride over pixels and lags of both axes at once. Defined in auto-conv-sub-pixel.ts.

fn auto_conv_sub_pixel(lane: u32) {
  let known = self_convolution(lane, 0);
  set_center_at_vertices(lane, autoConvSubPixelNLocal, known);
}
