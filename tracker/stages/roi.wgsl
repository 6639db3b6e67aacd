// What the stages of a kernel share: one workgroup works on one ROI of one frame. Composed by engines/gpu/compose.ts.
// Every lane holds the same center, level of light and result; pixels are read from the frame where they lie.

struct Batch {
  frameWords: u32,
  beads: u32,
  resultWords: u32,  // of one bead in one frame
  givenStart: u32,   // index in zLuts of the profiles given to a plan that makes none
}

struct Roi {
  start: u32,          // index in the frame of its top-left pixel
  stride: u32,         // from one of its rows to the next, px
  bead: u32,           // row of the results
  zLutStart: u32,      // index of the first value of its Z-LUT
  planes: u32,         // 0 without a Z-LUT
  modelStart: u32,     // index of its model's first number; noModel: without a model
  seedWhole: vec2i,    // where the bead was last, or a center that a plan without one starts from; noSeed: unknown
  seedOffset: vec2f,
  seedKnot: i32,       // its height in knots of the model, rounded down; noSeed: unknown
  seedBeyond: f32,
}

@group(0) @binding(0) var<storage, read> frames: array<u32>;              // [frame, word] pixels, little-endian
@group(0) @binding(1) var<storage, read> rois: array<Roi>;
@group(0) @binding(2) var<storage, read> zLuts: array<f32>;               // [Z-LUT, radius, plane] unit deviations; models
@group(0) @binding(3) var<storage, read_write> results: array<u32>;       // [frame, bead, word]
@group(0) @binding(4) var<uniform> batch: Batch;

var<private> roi: Roi;
var<private> frameStart: u32;
var<private> resultStart: u32;

// Smallest count, which every count is taken relative to: the digits of f32 then go to the contrast.
var<private> darkest: f32;
var<private> darkestKey: u32;
var<private> brightestKey: u32;
// No pixel is NaN or infinite.
var<private> usable: bool;

// x and y in px of the ROI: whole is the center rounded half to even, part the rest, so that f32 keeps 1e-8 px.
var<private> centerWhole: vec2i;
var<private> centerPart: vec2f;
var<private> centerKnown: vec2<bool>;

// Whether the profile is not of counts above the darkest.
var<private> profileFromZero: bool;

var<private> plane: i32;
var<private> planeOffset: f32;
var<private> zKnown: bool;
// Whether plane and planeOffset are knots of the model.
var<private> zOfModel: bool;
var<private> score: f32;
var<private> scoreKnown: bool;
// Bits of TRACK_STATUS that stages set.
var<private> stageStatus: u32;

// Standard deviations of x and y in px, of z in knots of the model.
var<private> sigma: vec3f;
var<private> sigmaKnown: bool;
var<private> sigmaZKnown: bool;
var<private> chiSquared: f32;
var<private> chiSquaredKnown: bool;

var<workgroup> light: array<atomic<u32>, 3>;           // inverted smallest key, largest key, unusable
var<workgroup> profile: array<f32, profileLength>;     // mostly counts above the darkest; emptyBin where none lies
var<workgroup> scratch: array<vec2f, scratchLength>;   // of one stage at a time

const keyOfLowestFloat = 0x00800000u;
const keyOfHighestFloat = 0xff7fffffu;
const keyOfMinusInfinity = 0x007fffffu;
const keyOfInfinity = 0xff800000u;

fn pixel_word(row: i32, column: i32) -> u32 {
  let index = roi.start + u32(row) * roi.stride + u32(column);
  if (bytesPerPixel == 1) { return (frames[frameStart + (index >> 2u)] >> ((index & 3u) * 8u)) & 0xffu; }
  if (bytesPerPixel == 2) { return (frames[frameStart + (index >> 1u)] >> ((index & 1u) * 16u)) & 0xffffu; }
  return frames[frameStart + index];
}

// Unsigned number that sorts as the counts of a pixel do.
fn pixel_key(row: i32, column: i32) -> u32 {
  let word = pixel_word(row, column);
  if (bytesPerPixel == 4) { return select(word | 0x80000000u, ~word, word >= 0x80000000u); }
  return word;
}

// Bits of the pixel that has this key.
fn word_of_key(key: u32) -> u32 {
  if (bytesPerPixel == 4) { return select(~key, key & 0x7fffffffu, key >= 0x80000000u); }
  return key;
}

// Counts above the darkest pixel of the pixel with this key.
fn counts_of_key(key: u32) -> f32 {
  if (bytesPerPixel == 4) { return bitcast<f32>(word_of_key(key)) - darkest; }
  return f32(key - darkestKey);
}

// Counts above the darkest pixel.
fn pixel(row: i32, column: i32) -> f32 {
  let word = pixel_word(row, column);
  if (bytesPerPixel == 4) { return bitcast<f32>(word) - darkest; }
  return f32(word - darkestKey);
}

// Lanes tile the ROI as a grid, so that neighbors read neighbors and odd sizes waste few of them.
fn first_row(lane: u32) -> i32 { return i32(lane) / laneColumns; }
fn first_column(lane: u32) -> i32 { return i32(lane) % laneColumns; }

fn begin_roi(index: u32, frame: u32, lane: u32) {
  roi = rois[index];
  frameStart = frame * batch.frameWords;
  resultStart = (frame * batch.beads + roi.bead) * batch.resultWords;
  measure_light(lane);
  set_center(select(roi.seedWhole, vec2i(0), roi.seedWhole == vec2i(noSeed)), roi.seedOffset,
    roi.seedWhole != vec2i(noSeed));
}

// Range of the counts, NaN pixels aside. By keys: WGSL promises nothing about NaN and infinity as f32.
fn measure_light(lane: u32) {
  var low = 0xffffffffu;
  var high = 0u;
  var unusable = 0u;
  for (var row = first_row(lane); row < roiSize; row += laneRows) {
    for (var column = first_column(lane); column < roiSize; column += laneColumns) {
      let key = pixel_key(row, column);
      if (bytesPerPixel == 4 && (key < keyOfLowestFloat || key > keyOfHighestFloat)) {
        unusable = 1u;
        if (key < keyOfMinusInfinity || key > keyOfInfinity) { continue; }
      }
      low = min(low, key);
      high = max(high, key);
    }
  }
  atomicMax(&light[0], ~low);
  atomicMax(&light[1], high);
  atomicMax(&light[2], unusable);
  workgroupBarrier();
  darkestKey = ~atomicLoad(&light[0]);
  brightestKey = atomicLoad(&light[1]);
  usable = atomicLoad(&light[2]) == 0u;
  if (!usable) { return; }
  if (bytesPerPixel == 4) { darkest = bitcast<f32>(word_of_key(darkestKey)); } else { darkest = f32(darkestKey); }
}

// Center at whole + offset px; keeps the promise that centerWhole is it rounded half to even.
fn set_center(whole: vec2i, offset: vec2f, known: vec2<bool>) {
  // Far outside every ROI is far enough, and fits an i32.
  let near = clamp(select(vec2f(0.0), offset, known), vec2f(-1e6), vec2f(1e6));
  let steps = round(near);
  let part = near - steps;
  let rounded = whole + vec2i(steps);
  let tieAtOdd = (abs(part) == vec2f(0.5)) & ((rounded & vec2i(1)) == vec2i(1));
  let toEven = select(vec2f(0.0), sign(part), tieAtOdd);
  centerWhole = rounded + vec2i(toEven);
  centerPart = part - toEven;
  centerKnown = known & vec2<bool>(usable);
}

// Takes the bead's profile from those given.
fn given_profile(lane: u32) {
  let start = batch.givenStart + roi.bead * u32(profileRadii);
  for (var bin = i32(lane); bin < profileRadii; bin += lanes) { profile[bin] = zLuts[start + u32(bin)]; }
}

fn end_roi(lane: u32) {
  if (keepsProfiles) {
    for (var bin = i32(lane); bin < profileRadii; bin += lanes) {
      results[resultStart + resultProfile + u32(bin)] = bitcast<u32>(profile[bin]);
    }
  }
  if (lane != 0u) { return; }
  var flags = 0u;
  if (centerKnown.x) { flags |= flagX; }
  if (centerKnown.y) { flags |= flagY; }
  if (zKnown) { flags |= flagZ; }
  if (scoreKnown) { flags |= flagScore; }
  if (darkestKey <= brightestKey) { flags |= flagLight; }
  if (profileFromZero) { flags |= flagProfileFromZero; }
  if (keepsFits) {
    if (zOfModel) { flags |= flagZOfModel; }
    if (sigmaKnown) { flags |= flagSigma; }
    if (sigmaZKnown) { flags |= flagSigmaZ; }
    if (chiSquaredKnown) { flags |= flagChiSquared; }
    let fitStart = resultStart + batch.resultWords - fitWords;
    results[fitStart + fitSigmaX] = bitcast<u32>(sigma.x);
    results[fitStart + fitSigmaY] = bitcast<u32>(sigma.y);
    results[fitStart + fitSigmaZ] = bitcast<u32>(sigma.z);
    results[fitStart + fitChiSquared] = bitcast<u32>(chiSquared);
  }
  results[resultStart + resultFlags] = flags | (stageStatus << resultStatusShift);
  results[resultStart + resultXWhole] = bitcast<u32>(centerWhole.x);
  results[resultStart + resultXPart] = bitcast<u32>(centerPart.x);
  results[resultStart + resultYWhole] = bitcast<u32>(centerWhole.y);
  results[resultStart + resultYPart] = bitcast<u32>(centerPart.y);
  results[resultStart + resultPlane] = bitcast<u32>(plane);
  results[resultStart + resultPlaneOffset] = bitcast<u32>(planeOffset);
  results[resultStart + resultScore] = bitcast<u32>(score);
  results[resultStart + resultDarkest] = word_of_key(darkestKey);
  results[resultStart + resultBrightest] = word_of_key(brightestKey);
}
