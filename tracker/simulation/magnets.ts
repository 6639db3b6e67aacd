import { contourNm, STIFF_CHAIN_PN, stiffExtensionNm, type TetherParams } from './tethered-bead.ts';

/** How magnets above a sample pull and turn its beads. */
export interface MagnetParams {
  /** Height of the magnets at which they pull with `forcePn`, mm. */
  restMm: number;
  forcePn: number;
  /** Way over which the force falls to 1 / e, mm. */
  decayMm: number;
  /** Turns at which a parabola from no turns would leave nothing of the extension. */
  hatTurns: number;
}

/** How much of its extension a tether keeps at least, however far it is turned. */
const LEAST_SHARE = 0.3;

/**
 * Force of magnets at this height, pN: it falls exponentially as they rise, which is how the field of a pair of magnets
 * is commonly calibrated (Lipfert, Hao and Dekker, Biophys. J. 96 (2009) 5040). Not below what the stiff chain holds
 * for, or the force at rest where that is less.
 */
export function magnetForcePn({ restMm, forcePn, decayMm }: MagnetParams, atMm: number): number {
  const pulled = forcePn * Math.exp((restMm - atMm) / decayMm);
  return Math.max(pulled, Math.min(forcePn, STIFF_CHAIN_PN));
}

/**
 * Share of its extension that a tether keeps when it is turned: a hat, which is a parabola about no turns with a brim,
 * the same to both sides and at every force. Real tethers buckle first and unwind to one side.
 */
export function hatShare({ hatTurns }: MagnetParams, turns: number): number {
  return Math.max(LEAST_SHARE, 1 - (turns / hatTurns) ** 2);
}

/** The molecule of a tether while magnets are at this place: its force, and its extension by the stiff chain. */
export function pulledTether<
  Tether extends Pick<TetherParams, 'extensionNm' | 'persistenceLengthNm' | 'temperatureK'>,
>(
  tether: Tether,
  magnets: MagnetParams,
  at: { magnetMm: number; magnetTurns: number },
): Tether & { forcePn: number; extensionNm: number } {
  const forcePn = magnetForcePn(magnets, at.magnetMm);
  const contour = contourNm({ ...tether, forcePn: magnets.forcePn });
  const extensionNm = hatShare(magnets, at.magnetTurns) * stiffExtensionNm(contour, { ...tether, forcePn });
  return { ...tether, forcePn, extensionNm };
}
