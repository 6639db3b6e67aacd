// median-filter: one invocation per 32-bit word of the result, which holds one to four pixels. `median_at` is composed
// for the footprint in median-filter.ts.

struct Block {
  frames: u32,
  rows: u32,
  columns: u32,
  first: u32,    // frame of the source that the result begins with
  pixels: u32,   // of the result
}

@group(0) @binding(1) var<storage, read_write> filtered: array<u32>;
@group(0) @binding(2) var<uniform> block: Block;

@compute @workgroup_size(lanes)
fn filter_block(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let word = id.y * groups.x * lanes + id.x;
  var bits = 0u;
  for (var part = 0u; part < pixelsPerWord; part++) {
    let pixel = word * pixelsPerWord + part;
    if (pixel >= block.pixels) { break; }
    let line = pixel / block.columns;
    let key = median_at(i32(line / block.rows + block.first), i32(line % block.rows), i32(pixel % block.columns));
    bits |= bits_of_key(key) << (part * pixelBits);
  }
  if (word * pixelsPerWord < block.pixels) { filtered[word] = bits; }
}
