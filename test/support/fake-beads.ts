import type { BeadProposal, ProposalKind } from '#protocol/bead-proposal.ts';
import type { ControlRequest } from '#protocol/control-request.ts';
import type { LiveBead, LiveMessage } from '#protocol/live.ts';
import type { PictureWish, PreviewMessage } from '#protocol/picture-request.ts';
import { type Roi, roiAround } from '#protocol/roi.ts';
import { PreviewMaker } from '#sinks/preview.ts';
import { makeTiles } from '#sinks/tiles.ts';

/** px of an ROI unless somebody asks for another. */
export const FAKE_ROI_SIZE = 48;

/** The beads of a fake tracker. */
export interface FakeBeads {
  beads: LiveBead[];
  nextBead: number;
  width: number;
  height: number;
}

/** ROIs row by row with a gap around each, as many to a row as keeps the grid in the frame's shape. */
export function beadsOnGrid(count: number, width: number, height: number): LiveBead[] {
  const columns = Math.ceil(Math.sqrt((count * width) / height));
  const rows = Math.ceil(count / columns);
  return Array.from({ length: count }, (_, bead) => {
    const xPx = ((bead % columns) + 0.5) * (width / columns);
    const yPx = (Math.floor(bead / columns) + 0.5) * (height / rows);
    return { ...roiAround(bead, Math.round(xPx), Math.round(yPx), FAKE_ROI_SIZE), zLut: 'simulated' };
  });
}

/** What a fake tracker answers: a refusal, or null and perhaps a message before it. */
export interface FakeAnswer {
  error: string | null;
  message?: LiveMessage;
}

/** Does what a request asks of the beads; null when it is about something else. */
export function obeyBeads(state: FakeBeads, request: ControlRequest): FakeAnswer | null {
  const of = (bead: number) => state.beads.find((other) => other.bead === bead);
  switch (request.type) {
    case 'add-bead':
      return place(state, request.id, [
        roiAround(state.nextBead, request.xPx, request.yPx, request.size ?? FAKE_ROI_SIZE),
      ]);
    case 'move-bead': {
      const size = of(request.bead)?.size ?? FAKE_ROI_SIZE;
      return place(state, request.id, [roiAround(request.bead, request.xPx, request.yPx, size)]);
    }
    case 'place-beads': {
      let next = state.nextBead;
      const rois = (request.place ?? []).map((roi) => ({ ...roi, bead: roi.bead ?? next++ }));
      const answer = place(state, request.id, rois, request.mayLoseZ);
      if (answer.error === null) remove(state, request.remove ?? []);
      return answer;
    }
    case 'remove-bead':
      remove(state, [request.bead]);
      return { error: null };
    case 'follow-bead': {
      const { bead: id, follow } = request;
      state.beads = state.beads.map((bead) => (bead.bead === id ? { ...bead, follow } : bead));
      return { error: null };
    }
    case 'detect-beads': {
      if (request.seed && request.seed.yPx > state.height - 30) {
        return { error: 'E_ROI seed bead: expected rings, received none; click the middle of a bead' };
      }
      const proposals = fakeProposals(state, request.roiSize ?? FAKE_ROI_SIZE);
      return { error: null, message: { type: 'proposals', id: request.id, frame: 7, proposals, tracked: 2 } };
    }
    default:
      return null;
  }
}

function place(state: FakeBeads, id: number, rois: readonly Roi[], mayLoseZ = false): FakeAnswer {
  const { width, height } = state;
  const isUnfit = ({ bead, size }: Roi) =>
    state.beads.some((own) => own.bead === bead && own.zLut !== null && own.size !== size);
  const unfit = rois.find(isUnfit);
  if (unfit && !mayLoseZ) return { error: `E_ZLUT bead ${unfit.bead} Z-LUT: expected another ROI size` };
  for (const { bead, left, top, size } of rois) {
    if (left >= 0 && top >= 0 && left + size <= width && top + size <= height) continue;
    const received = `left ${left}, top ${top}, size ${size}`;
    return {
      error: `bead ${bead} ROI: expected a square inside the ${width} x ${height} frame, received ${received}; move the ROI inside the frame`,
    };
  }
  for (const roi of rois) {
    const bead: LiveBead = { zLut: 'simulated', ...roi };
    const at = state.beads.findIndex((other) => other.bead === roi.bead);
    const lost = isUnfit(roi) ? { zLut: null } : {};
    if (at >= 0) state.beads = state.beads.with(at, { ...state.beads[at]!, ...lost, ...roi });
    else state.beads = [...state.beads, bead].sort((a, b) => a.bead - b.bead);
    state.nextBead = Math.max(state.nextBead, roi.bead + 1);
  }
  return { error: null, message: { type: 'placed', id, rois: [...rois] } };
}

function remove(state: FakeBeads, removed: readonly number[]): void {
  state.beads = state.beads.filter(({ bead }) => !removed.includes(bead));
}

/** Six isolated beads, a pair and dust along the bottom of the frame, where no bead is tracked. */
function fakeProposals({ width, height }: FakeBeads, roiSize: number): BeadProposal[] {
  const step = width / 10;
  const kinds: ProposalKind[] = [...Array<ProposalKind>(6).fill('isolated'), 'pair', 'pair', 'other'];
  return kinds.map((kind, at) => ({
    xPx: Math.round((at + 0.8) * step),
    yPx: height - 60,
    ...{ radiusPx: 16, roiSize, kind },
    score: 0.95 - 0.05 * at,
    neighborPx: at === 0 ? null : step,
  }));
}

const maker = new PreviewMaker();

/** Rings about the middle of every ROI on a gray field, [row, column]; `noise` gives numbers from -1 to 1. */
export function fakeFrame({ beads, width, height }: FakeBeads, noise: () => number): Uint8Array {
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at++) pixels[at] = 118 + 6 * noise();
  for (const { left, top, size } of beads) {
    const [x, y, reach] = [left + size / 2 - 0.5, top + size / 2 - 0.5, size / 2];
    for (let row = Math.max(0, top); row < Math.min(height, top + size); row++) {
      for (let column = Math.max(0, left); column < Math.min(width, left + size); column++) {
        const radius = Math.hypot(column - x, row - y);
        const rings = 95 * Math.cos(radius * 0.65) * Math.exp(-((radius / (0.45 * reach)) ** 2));
        const at = row * width + column;
        pixels[at] = Math.min(255, Math.max(0, pixels[at]! + rings));
      }
    }
  }
  return pixels;
}

/** The picture of a frame that somebody wants. */
export function fakePicture(
  frame: number,
  pixels: Uint8Array,
  { width, height }: FakeBeads,
  { black = 12, white = 231, ...wish }: PictureWish,
): PreviewMessage {
  return maker.make({ frame, pixels, width, height }, { ...wish, black, white });
}

/** Tiles of all beads of a frame. */
export function fakeTiles(frame: number, pixels: Uint8Array, { beads, width }: FakeBeads): LiveMessage {
  const crops = beads.map(({ bead, left, top, size }) => ({
    bead,
    size,
    pixels: Uint8Array.from(
      { length: size * size },
      (_, at) => pixels[(top + Math.floor(at / size)) * width + left + (at % size)]!,
    ),
  }));
  return makeTiles(frame, crops);
}
