import { createFastRenderer, type FastRenderer, type FastRendererParams } from './fast-renderer.ts';
import type { Scene } from './scene.ts';

/**
 * Adds the light of all beads of a scene to an image.
 * @param light [row, column] relative to the background, of the scene's size
 * @param truth [bead, (xPx, yPx, zNm)]
 */
type PaintBeads = (light: Float32Array, truth: Float64Array) => void;

/** What draws the beads of a scene, every kind from tables of its own. */
export function createBeadPainter(
  { width, height, beads }: Scene,
  params: Pick<FastRendererParams, 'pixelSizeNm' | 'zRangeNm'>,
): PaintBeads {
  const renderers = new Map<number, FastRenderer>();
  for (const { radiusNm } of beads) {
    if (renderers.has(radiusNm)) continue;
    renderers.set(radiusNm, createFastRenderer({ ...params, optics: { radiusNm } }));
  }
  return (light, truth) => {
    beads.forEach(({ radiusNm }, bead) => {
      const at = 3 * bead;
      renderers.get(radiusNm)!.add(light, width, height, truth[at]!, truth[at + 1]!, truth[at + 2]!);
    });
  };
}
