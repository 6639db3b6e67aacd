// Reductions over the lanes of a workgroup, by halves; every lane gets the result. Called by all lanes together.

var<workgroup> pool: array<vec4f, lanes>;

fn sum_over_lanes(lane: u32, mine: vec4f) -> vec4f {
  // The pool may still be read from the reduction before.
  workgroupBarrier();
  pool[lane] = mine;
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { pool[lane] += pool[lane + half]; }
  }
  workgroupBarrier();
  return pool[0];
}

// Several sums at once, through scratch.
fn sums_over_lanes(lane: u32, mine: array<vec4f, sumsAtOnce>) -> array<vec4f, sumsAtOnce> {
  workgroupBarrier();
  for (var index = 0u; index < sumsAtOnce; index++) {
    scratch[2u * index * lanes + lane] = mine[index].xy;
    scratch[(2u * index + 1u) * lanes + lane] = mine[index].zw;
  }
  workgroupBarrier();
  let totals = 2u * sumsAtOnce * lanes;
  for (var pair = lane; pair < 2u * sumsAtOnce; pair += lanes) {
    var total = scratch[pair * lanes];
    for (var other = 1u; other < lanes; other++) { total += scratch[pair * lanes + other]; }
    scratch[totals + pair] = total;
  }
  workgroupBarrier();
  var sums: array<vec4f, sumsAtOnce>;
  for (var index = 0u; index < sumsAtOnce; index++) {
    sums[index] = vec4f(scratch[totals + 2u * index], scratch[totals + 2u * index + 1u]);
  }
  return sums;
}

// Largest of each of two values, and its index: the first where several are largest. Returns values, indices.
fn first_maximum(lane: u32, values: vec2f, indices: vec2i) -> vec4f {
  workgroupBarrier();
  pool[lane] = vec4f(values, vec2f(indices));
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let mine = pool[lane];
      let other = pool[lane + half];
      let better = (other.xy > mine.xy) | ((other.xy == mine.xy) & (other.zw < mine.zw));
      pool[lane] = select(mine, other, better.xyxy);
    }
  }
  workgroupBarrier();
  return pool[0];
}
