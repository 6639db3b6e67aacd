// radial-profile: lanes stride over the rings, each walking the pixels of its own, so that no two add to one sum:
// the result is the same every time, and pixels may be of any type. Defined in radial-profile.ts.

// A ring is cut into parts, every ringParts-th row each, while there are fewer rings than lanes.
const ringItems = radialProfileRadii * ringParts;

// Closer than this to half-way between two bins, a square root in f32 may choose the wrong one.
const binSlack = 0.004;
// The ends of a row of a ring are off by less than this share of its radius: they are square roots in f32.
const spanSlack = 0.002;

fn radial_profile(lane: u32) {
  let known = centerKnown.x && centerKnown.y;
  // scratch may still be read by the stage before.
  workgroupBarrier();
  for (var item = i32(lane); item < ringItems; item += lanes) {
    if (radialProfileBins == 2) {
      scratch[item] = circle_sum(item / ringParts, item % ringParts, known);
    } else if (known) {
      scratch[item] = ring_sum(item / ringParts, item % ringParts);
    } else {
      scratch[item] = rows_sum(item, ringItems);
    }
  }
  workgroupBarrier();

  for (var bin = i32(lane); bin < radialProfileRadii; bin += lanes) {
    var total = vec2f(0.0);
    if (known || radialProfileBins == 2) {
      for (var part = 0; part < ringParts; part++) { total += scratch[bin * ringParts + part]; }
    } else if (bin == 0 && usable) {
      // Without a center, bin 0 is the mean of the ROI.
      for (var item = 0; item < ringItems; item++) { total += scratch[item]; }
    }
    let least = select(1.0, radialProfileLeastShare, radialProfileBins == 1);
    profile[bin] = select(total.x / max(total.y, least), emptyBin, total.y < least);
  }
  profileFromZero = false;
}

// Counts and number of the pixels of one part of a ring, by their shares where they are split between rings.
fn ring_sum(bin: i32, part: i32) -> vec2f {
  let halfWidth = select(0.5, 1.0, radialProfileBins == 1);
  let outer = (f32(bin) + halfWidth) / f32(radialProfileOversample);
  let inner = (f32(bin) - halfWidth) / f32(radialProfileOversample);
  let slack = spanSlack * (outer + 1.0);
  let top = max(0, centerWhole.y + i32(ceil(centerPart.y - outer - slack)));
  let bottom = min(roiSize - 1, centerWhole.y + i32(floor(centerPart.y + outer + slack)));
  // Integer counts add up exactly: 1600 pixels of 16 bits overflow the digits of f32, not u32.
  var wholeCounts = 0u;
  var counts = 0.0;
  var pixels = 0.0;
  for (var row = top + part; row <= bottom; row += ringParts) {
    let dy = f32(row - centerWhole.y) - centerPart.y;
    let reach = sqrt(max(0.0, outer * outer - dy * dy)) + slack;
    let left = max(0, centerWhole.x + i32(ceil(centerPart.x - reach)));
    let right = min(roiSize - 1, centerWhole.x + i32(floor(centerPart.x + reach)));
    // Pixels between these belong to smaller rings.
    var holeLeft = right;
    var holeRight = left;
    let hole = sqrt(max(0.0, inner * inner - dy * dy)) - slack;
    if (bin > 0 && hole > 0.0) {
      holeLeft = centerWhole.x + i32(floor(centerPart.x - hole));
      holeRight = centerWhole.x + i32(ceil(centerPart.x + hole));
    }
    for (var column = left; column <= right; column++) {
      if (column > holeLeft && column < holeRight) { column = holeRight; }
      if (column > right) { continue; }
      if (radialProfileBins == 1) {
        let share = share_of(row, column, bin);
        counts += share * pixel(row, column);
        pixels += share;
        continue;
      }
      if (bin_of(row, column) != bin) { continue; }
      if (bytesPerPixel == 4) { counts += pixel(row, column); } else { wholeCounts += pixel_word(row, column) - darkestKey; }
      pixels += 1.0;
    }
  }
  return vec2f(counts + f32(wholeCounts), pixels);
}

// Share of a pixel that belongs to a bin when it is split between its two nearest.
fn share_of(row: i32, column: i32, bin: i32) -> f32 {
  let distance = length(vec2f(vec2i(column, row) - centerWhole) - centerPart) * f32(radialProfileOversample);
  return max(0.0, 1.0 - abs(distance - f32(bin)));
}

// Counts and number of the samples of one part of a circle.
fn circle_sum(circle: i32, part: i32, known: bool) -> vec2f {
  var total = vec2f(0.0);
  if (!known) { return total; }
  let radius = radialProfileMinRadius + f32(circle) * radialProfileStep;
  for (var angle = part; angle < radialProfileAngles; angle += ringParts) {
    let offset = radius * direction((f32(angle) + 0.5) / f32(radialProfileAngles));
    total += sample_at(offset) + sample_at(-offset);
    total += sample_at(vec2f(-offset.x, offset.y)) + sample_at(vec2f(offset.x, -offset.y));
  }
  return total;
}

// Distance to the center times the oversampling, rounded half to even.
fn bin_of(row: i32, column: i32) -> i32 {
  let whole = vec2i(column, row) - centerWhole;
  let oversample = radialProfileOversample;
  let distance = length(vec2f(whole) - centerPart) * f32(oversample);
  let below = i32(floor(distance));
  if (abs(distance - f32(below) - 0.5) > binSlack) { return i32(round(distance)); }
  // Squares decide: what is whole in them is exact as integers, the rest is small.
  let squares = oversample * oversample * (whole.x * whole.x + whole.y * whole.y) - below * (below + 1);
  let rest = f32(oversample * oversample) * dot(centerPart - 2.0 * vec2f(whole), centerPart) - 0.25;
  let beyond = f32(squares) + rest;
  if (beyond == 0.0) { return below + (below & 1); }
  return select(below, below + 1, beyond > 0.0);
}

// Counts and number of the pixels of every stride-th row.
fn rows_sum(first: i32, stride: i32) -> vec2f {
  var total = vec2f(0.0);
  for (var row = first; row < roiSize; row += stride) {
    var rowSum = 0.0;
    for (var column = 0; column < roiSize; column++) { rowSum += pixel(row, column); }
    total += vec2f(rowSum, f32(roiSize));
  }
  return total;
}
