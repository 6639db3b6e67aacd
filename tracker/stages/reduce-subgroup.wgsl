// Reductions over the lanes of a workgroup, within each subgroup first; every lane gets the result. Called by all
// lanes together. Subgroups may be of any size and hold any of the lanes: only the adapter knows which.

var<workgroup> pool: array<vec4f, lanes>;
// A bit for each lane that is the first of its subgroup.
var<workgroup> firstLanes: array<atomic<u32>, (lanes + 31) / 32>;

var<private> isFirst: bool;
// Of the lane's subgroup among all, in the order of their first lanes: f32 then adds up the same every time.
var<private> subgroupPlace: u32;
var<private> subgroups: u32;

fn find_subgroup(lane: u32) {
  let first = subgroupMin(lane);
  isFirst = lane == first;
  if (isFirst) { atomicOr(&firstLanes[lane / 32u], 1u << (lane % 32u)); }
  workgroupBarrier();
  for (var word = 0u; word < (lanes + 31u) / 32u; word++) {
    let firsts = atomicLoad(&firstLanes[word]);
    subgroups += countOneBits(firsts);
    if (word < first / 32u) { subgroupPlace += countOneBits(firsts); }
    if (word == first / 32u) { subgroupPlace += countOneBits(firsts & ((1u << (first % 32u)) - 1u)); }
  }
}

fn sum_over_lanes(lane: u32, mine: vec4f) -> vec4f {
  // The pool may still be read from the reduction before, and lanes that took turns in a loop meet again here.
  workgroupBarrier();
  let sum = subgroupAdd(mine);
  if (isFirst) { pool[subgroupPlace] = sum; }
  workgroupBarrier();
  var total = pool[0];
  for (var other = 1u; other < subgroups; other++) { total += pool[other]; }
  return total;
}

// Several sums at once.
fn sums_over_lanes(lane: u32, mine: array<vec4f, sumsAtOnce>) -> array<vec4f, sumsAtOnce> {
  var sums: array<vec4f, sumsAtOnce>;
  for (var index = 0u; index < sumsAtOnce; index++) { sums[index] = sum_over_lanes(lane, mine[index]); }
  return sums;
}

// Largest of each of two values, and its index: the first where several are largest. Returns values, indices.
fn first_maximum(lane: u32, values: vec2f, indices: vec2i) -> vec4f {
  workgroupBarrier();
  let largest = subgroupMax(values);
  let first = subgroupMin(select(vec2i(0x7fffffff), indices, values == largest));
  if (isFirst) { pool[subgroupPlace] = vec4f(largest, vec2f(first)); }
  workgroupBarrier();
  var found = pool[0];
  for (var place = 1u; place < subgroups; place++) {
    let other = pool[place];
    let better = (other.xy > found.xy) | ((other.xy == found.xy) & (other.zw < found.zw));
    found = select(found, other, better.xyxy);
  }
  return found;
}
