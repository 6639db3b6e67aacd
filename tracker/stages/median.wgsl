// Exact median of the counts of the ROI by radix selection on sortable keys, 8 bits at a time. Defined in median.ts.

var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> laneCounts: array<u32, lanes>;
var<workgroup> chosen: vec3u;                // digit, keys before it, keys that have it
var<workgroup> invertedNext: atomic<u32>;

// Counts above the darkest pixel.
fn median(lane: u32) -> f32 {
  let digitsPerLane = 256u / lanes;
  let area = u32(roiSize * roiSize);
  var rank = (area - 1u) / 2u;
  var key = 0u;
  for (var digit = bytesPerPixel - 1; digit >= 0; digit--) {
    let shift = u32(8 * digit);
    for (var index = lane; index < 256u; index += lanes) { atomicStore(&histogram[index], 0u); }
    workgroupBarrier();
    for (var row = first_row(lane); row < roiSize; row += laneRows) {
      for (var column = first_column(lane); column < roiSize; column += laneColumns) {
        let candidate = pixel_key(row, column);
        // A shift by 32 is none, so the digits above are compared in two steps.
        if (((candidate ^ key) >> shift) >> 8u == 0u) { atomicAdd(&histogram[(candidate >> shift) & 0xffu], 1u); }
      }
    }
    workgroupBarrier();
    var mine = 0u;
    for (var index = 0u; index < digitsPerLane; index++) {
      mine += atomicLoad(&histogram[lane * digitsPerLane + index]);
    }
    laneCounts[lane] = mine;
    workgroupBarrier();
    var before = 0u;
    for (var other = 0u; other < lane; other++) { before += laneCounts[other]; }
    if (rank >= before && rank < before + mine) {
      var index = lane * digitsPerLane;
      var count = atomicLoad(&histogram[index]);
      while (rank >= before + count) {
        before += count;
        index++;
        count = atomicLoad(&histogram[index]);
      }
      chosen = vec3u(index, before, count);
    }
    workgroupBarrier();
    key |= chosen.x << shift;
    rank -= chosen.y;
  }

  // Of an even number, the next larger key is the same unless this was its last.
  var next = key;
  if (area % 2u == 0u) {
    let isLast = rank + 1u == chosen.z;
    if (isLast) {
      var smallest = 0xffffffffu;
      for (var row = first_row(lane); row < roiSize; row += laneRows) {
        for (var column = first_column(lane); column < roiSize; column += laneColumns) {
          let candidate = pixel_key(row, column);
          if (candidate > key) { smallest = min(smallest, candidate); }
        }
      }
      atomicMax(&invertedNext, ~smallest);
    }
    workgroupBarrier();
    if (isLast) { next = ~atomicLoad(&invertedNext); }
  }
  return 0.5 * counts_of_key(key) + 0.5 * counts_of_key(next);
}
