// Levels of the counts of the ROI, above its darkest pixel. Lanes tile the ROI.

fn mean_counts(lane: u32) -> f32 {
  var sum = 0.0;
  for (var row = first_row(lane); row < roiSize; row += laneRows) {
    var rowSum = 0.0;
    for (var column = first_column(lane); column < roiSize; column += laneColumns) { rowSum += pixel(row, column); }
    sum += rowSum;
  }
  return sum_over_lanes(lane, vec4f(sum, 0.0, 0.0, 0.0)).x / f32(roiSize * roiSize);
}

// Standard deviation of the counts about a level, which is their mean.
fn deviation_counts(lane: u32, level: f32) -> f32 {
  var squares = 0.0;
  for (var row = first_row(lane); row < roiSize; row += laneRows) {
    var rowSquares = 0.0;
    for (var column = first_column(lane); column < roiSize; column += laneColumns) {
      let distance = pixel(row, column) - level;
      rowSquares += distance * distance;
    }
    squares += rowSquares;
  }
  return sqrt(sum_over_lanes(lane, vec4f(squares, 0.0, 0.0, 0.0)).x / f32(roiSize * roiSize));
}
