// Numbers by which all lanes take the same way, where they are found out. All lanes have the same; WGSL, which lets
// no lane miss a barrier, believes it only of what was read from one place.

var<workgroup> heldForAll: i32;

fn of_first_lane(lane: u32, value: i32) -> i32 {
  if (lane == 0u) { heldForAll = value; }
  return workgroupUniformLoad(&heldForAll);
}
