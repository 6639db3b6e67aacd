import type { BeadProposal, ProposalKind } from '#protocol/bead-proposal.ts';
import { type FrameView, toStage } from './frame-view.ts';

/** How each kind is drawn: color, dashes and a letter, so that no one of them is needed alone. */
export const KIND_MARKS: Record<
  ProposalKind,
  { color: string; dash: number[]; letter: string; name: string }
> = {
  isolated: { color: '#7dff9a', dash: [], letter: '', name: 'isolated' },
  pair: { color: '#ffd34d', dash: [6, 3], letter: 'P', name: 'pairs' },
  cluster: { color: '#ff9d4d', dash: [3, 3], letter: 'C', name: 'clusters' },
  edge: { color: '#8fc7ff', dash: [9, 3, 2, 3], letter: 'E', name: 'at the edge' },
  other: { color: '#d8d8d8', dash: [1, 3], letter: '?', name: 'other rings' },
};

/** Draws proposals as rings with the ROI they would get; those that were clicked away are crossed out. */
export function drawProposals(
  context: CanvasRenderingContext2D,
  view: FrameView,
  shown: readonly BeadProposal[],
  rejected: ReadonlySet<BeadProposal>,
  seed: { xPx: number; yPx: number } | null,
): void {
  context.save();
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.font = '700 12px system-ui, sans-serif';
  for (const proposal of shown) drawProposal(context, view, proposal, rejected.has(proposal));
  if (seed) {
    const [x, y] = toStage(view, seed.xPx, seed.yPx);
    context.setLineDash([]);
    strokeTwice(context, '#fff', () => {
      context.moveTo(x - 9, y);
      context.lineTo(x + 9, y);
      context.moveTo(x, y - 9);
      context.lineTo(x, y + 9);
    });
  }
  context.restore();
}

function drawProposal(
  context: CanvasRenderingContext2D,
  view: FrameView,
  { xPx, yPx, radiusPx, roiSize, kind }: BeadProposal,
  isRejected: boolean,
): void {
  const { color, dash, letter } = KIND_MARKS[kind];
  const [x, y] = toStage(view, xPx, yPx);
  const radius = Math.max(4, radiusPx * view.scale);
  context.globalAlpha = isRejected ? 0.45 : 1;
  context.setLineDash(dash);
  strokeTwice(context, color, () => context.arc(x, y, radius, 0, 2 * Math.PI));
  context.setLineDash([]);
  if (isRejected) {
    strokeTwice(context, color, () => {
      const reach = radius * Math.SQRT1_2;
      context.moveTo(x - reach, y - reach);
      context.lineTo(x + reach, y + reach);
    });
    return;
  }
  const side = roiSize * view.scale;
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.globalAlpha = 0.6;
  context.strokeRect(x - side / 2, y - side / 2, side, side);
  context.globalAlpha = 1;
  if (!letter) return;
  context.strokeStyle = 'rgb(0 0 0 / 0.6)';
  context.lineWidth = 3;
  context.strokeText(letter, x, y - radius - 8);
  context.fillStyle = color;
  context.fillText(letter, x, y - radius - 8);
}

/** A dark line below a colored one is seen on any gray. */
function strokeTwice(context: CanvasRenderingContext2D, color: string, path: () => void): void {
  context.beginPath();
  path();
  context.strokeStyle = 'rgb(0 0 0 / 0.5)';
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = color;
  context.lineWidth = 1.75;
  context.stroke();
}
