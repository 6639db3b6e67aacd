// gaussian-filter: one axis of a stack, one invocation per pixel of the result. Run for time, rows and columns by
// gaussian-filter.ts; the first reads the type of the images, the others float32.

struct Pass {
  pixels: u32,   // of the result
  stride: u32,   // px from one sample of the axis to the next
  samples: u32,  // of the axis in the source
  first: u32,    // sample of the source that the result begins with
  kept: u32,     // samples of the axis in the result
}

@group(0) @binding(1) var<storage, read_write> filtered: array<f32>;
@group(0) @binding(2) var<uniform> axis: Pass;
@group(0) @binding(3) var<storage, read> weights: array<f32>;  // [distance], from the middle outward

@compute @workgroup_size(lanes)
fn filter_axis(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pixel = id.y * groups.x * lanes + id.x;
  if (pixel >= axis.pixels) { return; }
  let sample = i32((pixel / axis.stride) % axis.kept + axis.first);
  let outer = pixel / (axis.stride * axis.kept);
  let line = outer * axis.stride * axis.samples + pixel % axis.stride;
  var sum = 0.0;
  // From the outside in: the small ones do not drown in the large.
  for (var distance = i32(arrayLength(&weights)) - 1; distance > 0; distance--) {
    let before = value_at(line + mirrored(sample - distance, axis.samples) * axis.stride);
    let after = value_at(line + mirrored(sample + distance, axis.samples) * axis.stride);
    sum += weights[distance] * (before + after);
  }
  filtered[pixel] = sum + weights[0] * value_at(line + u32(sample) * axis.stride);
}
