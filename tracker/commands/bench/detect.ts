import { chooseProposals } from '#protocol/bead-proposal.ts';
import type { PixelFormat } from '#protocol/pixel-format.ts';
import { proposeBeads } from '#rois/propose-beads.ts';
import { createSensor, sensorFor } from '#simulation/camera-noise.ts';
import { createFastRenderer } from '#simulation/fast-renderer.ts';
import { createRandom } from '#simulation/random.ts';
import { createScene } from '#simulation/scene.ts';
import type { BenchLine, BenchOptions } from './case.ts';
import { thisMachine } from './machine.ts';
import { digits, median } from './statistics.ts';

// As large, and with as many beads, as a real field of a camera of 1.4 megapixels.
const WIDTH = 1398;
const HEIGHT = 1022;
const BEADS = 97;
const ROI_SIZE = 64;
const REPEATS = 9;
const RADIUS_NM = 500;
const SEED = 5;

/**
 * Search of one frame for beads, from pixels to proposals, in this thread: the first as somebody who has just started
 * the program waits for it, then once the compiler is done with it, then from a seed.
 */
export async function* run(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { width = WIDTH, height = HEIGHT, repeats = REPEATS } = options;
  for (const pixelType of options.pixelType ?? (['mono8'] as const)) {
    for (const beads of options.beads ?? [BEADS]) {
      for (const roi of options.roiSize ?? [ROI_SIZE]) {
        const { pixels, seed } = simulatedField({ width, height, beads, pixelType });
        const search = (from?: { xPx: number; yPx: number }) => {
          const before = process.cpuUsage();
          const startMs = performance.now();
          const proposals = proposeBeads(pixels, { width, height }, { roiSize: roi, seed: from });
          const seconds = (performance.now() - startMs) / 1000;
          const { user, system } = process.cpuUsage(before);
          return {
            seconds,
            cpuSeconds: (user + system) / 1e6,
            found: chooseProposals(proposals, { kinds: ['isolated'] }).length,
          };
        };
        const machine = thisMachine();
        const first = search();
        const warm = Array.from({ length: repeats }, () => search());
        const seeded = Array.from({ length: repeats }, () => search(seed).seconds);
        yield {
          case: 'detect',
          ...{ engine: null, preset: null, roi, pixelType, planes: null, beads, iterations: null },
          machine,
          repeats,
          width,
          height,
          beadsFound: first.found,
          firstSeconds: digits(first.seconds),
          seconds: digits(median(warm.map(({ seconds }) => seconds))),
          secondsMin: digits(Math.min(...warm.map(({ seconds }) => seconds))),
          // Of all threads of the process: what it would take with a core of its own, at most.
          cpuSeconds: digits(median(warm.map(({ cpuSeconds }) => cpuSeconds))),
          seededSeconds: digits(median(seeded)),
          ...{ usPerRoi: null, roisPerSecond: null, fps: null, latencyMsP50: null, latencyMsP99: null },
          ...{ framesOffered: null, framesTracked: null, framesDropped: null },
        };
      }
    }
  }
}

interface FieldSize {
  width: number;
  height: number;
  beads: number;
  pixelType: PixelFormat;
}

/** Beads apart from one another at different heights, with camera noise; the seed is one of them. */
function simulatedField({ width, height, beads, pixelType }: FieldSize) {
  const zRangeNm = [3000, 5000] as const;
  const scene = createScene({
    ...{ width, height, beads, zRangeNm, seed: SEED },
    radiiNm: [RADIUS_NM],
    referenceBeads: 0,
  });
  const renderer = createFastRenderer({ optics: { radiusNm: RADIUS_NM }, zRangeNm });
  const light = new Float32Array(width * height).fill(1);
  for (const { xPx, yPx, zNm } of scene.beads) renderer.add(light, width, height, xPx, yPx, zNm);
  const sensor = sensorFor(pixelType === 'float32' ? 'mono16' : pixelType, {
    photonsPerPixel: 5000,
    readNoise: 5,
  });
  const counts = pixelType === 'mono8' ? new Uint8Array(light.length) : new Uint16Array(light.length);
  createSensor(sensor, createRandom(SEED))(light, width, counts);
  const pixels = pixelType === 'float32' ? Float32Array.from(counts) : counts;
  return { pixels, seed: scene.beads[0]! };
}
