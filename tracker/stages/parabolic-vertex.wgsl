// Extremum of a weighted parabola through up to 7 values around a peak. Defined in parabolic-vertex.ts.

struct Vertex {
  offset: f32,   // from the middle value
  known: bool,   // false when the values are straight to rounding
}

// Multiple of the rounding error of the values below which their curvature is noise.
const vertexNoise = 16.0 * 1.1920929e-7;

fn parabolic_vertex(values: array<f32, 7>, nLocal: i32) -> Vertex {
  let h = (nLocal - 1) / 2;
  var s = vec3f(0.0);      // weights times 1, u^2, u^4
  var moments = vec3f(0.0); // weighted values times 1, u, u^2
  var largest = 0.0;
  for (var u = -h; u <= h; u++) {
    let distance = f32(u);
    let weight = f32((h + 1 - abs(u)) * (h + 1 - abs(u)));
    let value = values[u + h];
    // Relative to the peak, or a correlation near 1 would lose its digits.
    let weighted = weight * (value - values[h]);
    s += weight * vec3f(1.0, distance * distance, distance * distance * distance * distance);
    moments += weighted * vec3f(1.0, distance, distance * distance);
    largest = max(largest, abs(value));
  }
  let curvature = s.x * moments.z - s.y * moments.x;
  if (!(abs(curvature) > vertexNoise * largest * s.x * s.y)) { return Vertex(0.0, false); }
  return Vertex(-(moments.y / s.y) * (s.x * s.z - s.y * s.y) / (2.0 * curvature), true);
}

// Whether a window of nLocal values around an index touches no end.
fn clear_of_ends(index: i32, nLocal: i32, length: i32) -> bool {
  let h = (nLocal - 1) / 2;
  return index > h && index < length - 1 - h;
}
