// center-of-mass: lanes tile the ROI. Defined in center-of-mass.ts.

fn center_of_mass(lane: u32) {
  var level = 0.0;
  var least = 0.0;
  let background = of_first_lane(lane, i32(centerOfMassBackground));
  if (background == 1 || background == 3) { level = mean_counts(lane); }
  if (background == 2) { level = median(lane); }
  if (background == 3) { least = centerOfMassK * deviation_counts(lane, level); }

  // Positions from the middle of the ROI, where the light is: small numbers keep their digits.
  let halfSpan = 0.5 * f32(roiSize - 1);
  var mass = 0.0;
  var moments = vec2f(0.0);
  for (var row = first_row(lane); row < roiSize; row += laneRows) {
    var rowMass = 0.0;
    for (var column = first_column(lane); column < roiSize; column += laneColumns) {
      let counts = pixel(row, column);
      let distance = select(counts - level, abs(counts - level), centerOfMassAbsolute == 1);
      let weight = select(max(0.0, distance - least), counts, background == 0);
      rowMass += weight;
      moments.x += weight * (f32(column) - halfSpan);
    }
    mass += rowMass;
    moments.y += rowMass * (f32(row) - halfSpan);
  }
  var total = sum_over_lanes(lane, vec4f(mass, moments, 0.0));
  // The counts of the darkest pixel, left out above, have no moment about the middle.
  if (background == 0) { total.x += darkest * f32(roiSize * roiSize); }
  set_center(vec2i(middle), total.yz / total.x + (halfSpan - f32(middle)), vec2<bool>(total.x != 0.0));
}
