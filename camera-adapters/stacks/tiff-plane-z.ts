const NM_PER_UNIT: Readonly<Record<string, number>> = {
  nm: 1,
  um: 1e3,
  µm: 1e3,
  μm: 1e3,
  micron: 1e3,
  microns: 1e3,
  mm: 1e6,
};

/**
 * [frame] z in nm, as the description of a TIFF says; absent when it does not.
 *
 * ImageJ: `slices=`, `spacing=` and `unit=`, slices following each other before times, channels before both.
 * OME-XML: `PositionZ` of every plane, or else `PhysicalSizeZ` and the order of the axes.
 * Source: ImageJ 1.x `ij.io.FileInfo`; OME-TIFF specification 6.
 */
export function planeZOfFrames(description: string, frames: number): Float64Array | undefined {
  if (description.startsWith('ImageJ=')) return zOfImageJ(description, frames);
  if (description.includes('<OME')) return zOfOme(description, frames);
  return undefined;
}

function zOfImageJ(description: string, frames: number): Float64Array | undefined {
  const facts = new Map(
    description.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    }),
  );
  const number = (key: string, otherwise: number) => Number(facts.get(key) ?? otherwise);
  const slices = number('slices', 1);
  const channels = number('channels', 1);
  const stepNm =
    number('spacing', Number.NaN) * (NM_PER_UNIT[unescaped(facts.get('unit') ?? '')] ?? Number.NaN);
  if (!(slices > 1) || !Number.isFinite(stepNm) || stepNm === 0) return undefined;
  if (slices * channels * number('frames', 1) !== frames) return undefined;
  return Float64Array.from(
    { length: frames },
    (_, frame) => (Math.floor(frame / channels) % slices) * stepNm,
  );
}

/** ImageJ writes characters beyond ASCII as in Java. */
function unescaped(unit: string): string {
  return unit.replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function zOfOme(xml: string, frames: number): Float64Array | undefined {
  const pixels = /<Pixels\b[^>]*>/.exec(xml)?.[0];
  if (!pixels) return undefined;
  const sizes = { C: size(pixels, 'SizeC'), T: size(pixels, 'SizeT'), Z: size(pixels, 'SizeZ') };
  const order = attribute(pixels, 'DimensionOrder')?.slice(2).split('') as ('C' | 'T' | 'Z')[] | undefined;
  if (order?.length !== 3 || sizes.C * sizes.T * sizes.Z !== frames) return undefined;
  const strideOf = (axis: 'C' | 'T' | 'Z') =>
    order.slice(0, order.indexOf(axis)).reduce((product, before) => product * sizes[before], 1);
  const indexOf = (frame: number, axis: 'C' | 'T' | 'Z') => Math.floor(frame / strideOf(axis)) % sizes[axis];
  const positions = positionsOf(
    xml,
    frames,
    (c, t, z) => c * strideOf('C') + t * strideOf('T') + z * strideOf('Z'),
  );
  if (positions) return positions;
  const unit = attribute(pixels, 'PhysicalSizeZUnit') ?? 'µm';
  const stepNm = Number(attribute(pixels, 'PhysicalSizeZ') ?? Number.NaN) * (NM_PER_UNIT[unit] ?? Number.NaN);
  if (sizes.Z < 2 || !(stepNm > 0)) return undefined;
  return Float64Array.from({ length: frames }, (_, frame) => indexOf(frame, 'Z') * stepNm);
}

/** [frame] positions where every plane has one. */
function positionsOf(
  xml: string,
  frames: number,
  frameOf: (c: number, t: number, z: number) => number,
): Float64Array | undefined {
  const positions = new Float64Array(frames).fill(Number.NaN);
  for (const [plane] of xml.matchAll(/<Plane\b[^>]*>/g)) {
    const [c, t, z] = ['TheC', 'TheT', 'TheZ'].map((name) => Number(attribute(plane, name) ?? 0));
    const unit = attribute(plane, 'PositionZUnit') ?? 'µm';
    const position = Number(attribute(plane, 'PositionZ') ?? Number.NaN) * (NM_PER_UNIT[unit] ?? Number.NaN);
    const frame = frameOf(c!, t!, z!);
    if (frame < frames) positions[frame] = position;
  }
  const differ = positions.some((zNm) => zNm !== positions[0]);
  return differ && positions.every(Number.isFinite) ? positions : undefined;
}

function size(element: string, name: string): number {
  return Number(attribute(element, name) ?? 1);
}

function attribute(element: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(element)?.[1];
}
