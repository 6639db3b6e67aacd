import type { TilesMessage } from '#protocol/picture-request.ts';
import { createGrayPicture } from '../../camera/gray-picture.ts';

/** Tiles of one message on one canvas, to be drawn one by one. */
export interface TileAtlas {
  show(message: TilesMessage): void;
  /** Draws the tile of a bead into a square; false when there is none. */
  draw(context: CanvasRenderingContext2D, bead: number, left: number, top: number, side: number): boolean;
}

/** Tiles side by side, as many to a row as make the canvas about square. */
export function createTileAtlas(): TileAtlas {
  const gray = createGrayPicture();
  let places = new Map<number, { left: number; top: number; side: number }>();
  return {
    show({ beads, sides, pixels, frame }) {
      places = new Map();
      const cell = sides.reduce((most, side) => Math.max(most, side), 1);
      const columns = Math.max(1, Math.ceil(Math.sqrt(beads.length)));
      const width = columns * cell;
      const height = Math.max(1, Math.ceil(beads.length / columns)) * cell;
      const sheet = new Uint8Array(width * height);
      let at = 0;
      for (let tile = 0; tile < beads.length; tile++) {
        const side = sides[tile]!;
        const left = (tile % columns) * cell;
        const top = Math.floor(tile / columns) * cell;
        for (let row = 0; row < side; row++, at += side) {
          sheet.set(pixels.subarray(at, at + side), (top + row) * width + left);
        }
        places.set(beads[tile]!, { left, top, side });
      }
      const whole = { left: 0, top: 0, step: 1, black: 0, white: 255, gamma: 1, isMap: false };
      gray.show({ type: 'preview', frame, ...whole, width, height, pixels: sheet });
    },
    draw(context, bead, left, top, side) {
      const place = places.get(bead);
      if (!place) return false;
      context.drawImage(gray.canvas, place.left, place.top, place.side, place.side, left, top, side, side);
      return true;
    },
  };
}
