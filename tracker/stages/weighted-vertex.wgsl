// Maximum of a parabola through up to 7 values around a peak, weighted as told. Defined in weighted-vertex.ts.

// Offset from the middle value of the first 2 h + 1. `weights` are those at distance 0, 1, 2 and 3.
fn weighted_vertex(values: array<f32, 7>, h: i32, weights: vec4f) -> Vertex {
  var s = vec3f(0.0);       // weights times 1, u^2, u^4
  var moments = vec3f(0.0); // weighted values times 1, u, u^2
  var largest = 0.0;
  for (var u = -h; u <= h; u++) {
    let distance = f32(u);
    let weight = weights[abs(u)];
    let value = values[u + h];
    // Relative to the peak, or a correlation near 1 would lose its digits.
    let weighted = weight * (value - values[h]);
    s += weight * vec3f(1.0, distance * distance, distance * distance * distance * distance);
    moments += weighted * vec3f(1.0, distance, distance * distance);
    largest = max(largest, abs(value));
  }
  let curvature = s.x * moments.z - s.y * moments.x;
  if (!(curvature < -vertexNoise * largest * s.x * s.y)) { return Vertex(0.0, false); }
  let offset = -(moments.y / s.y) * (s.x * s.z - s.y * s.y) / (2.0 * curvature);
  return Vertex(offset, abs(offset) <= f32(h));
}
