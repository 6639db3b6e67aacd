// pixel-values: pixels of any type of at most 32 bits out of words, as keys that sort like them or as numbers. The
// type is said by `pixelBits`, `signBit` and `isFloat`, which pixel-type.ts declares.

const pixelsPerWord = 32u / pixelBits;

@group(0) @binding(0) var<storage, read> source: array<u32>;

fn bits_at(index: u32) -> u32 {
  return extractBits(source[index / pixelsPerWord], (index % pixelsPerWord) * pixelBits, pixelBits);
}

fn key_at(index: u32) -> u32 {
  let bits = bits_at(index);
  if (isFloat) { return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u); }
  return bits ^ signBit;
}

fn bits_of_key(key: u32) -> u32 {
  if (isFloat) { return select(~key, key & 0x7fffffffu, (key >> 31u) == 1u); }
  return key ^ signBit;
}

fn value_at(index: u32) -> f32 {
  let bits = bits_at(index);
  if (isFloat) { return bitcast<f32>(bits); }
  if (signBit == 0u) { return f32(bits); }
  return f32(i32(bits ^ signBit) - i32(signBit));
}

// Place within an axis that mirrored borders (d c b a | a b c d | d c b a) show at `index`.
fn mirrored(index: i32, length: u32) -> u32 {
  let size = i32(length);
  if (index >= 0 && index < size) { return u32(index); }
  let period = 2 * size;
  let within = ((index % period) + period) % period;
  return u32(select(period - 1 - within, within, within < size));
}
