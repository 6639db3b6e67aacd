import type { Random } from './random.ts';

const USUAL = { forcePn: 2, extensionNm: 1000, persistenceLengthNm: 50, temperatureK: 298 };

/** A bead pulled upwards on a molecule that holds it to the surface. */
export interface TetherParams {
  radiusNm: number;
  /** Default 2. */
  forcePn?: number;
  /** Mean distance of the bead from its anchor. Default 1000. */
  extensionNm?: number;
  /** Default 50, double-stranded DNA. */
  persistenceLengthNm?: number;
  /** Default 298. */
  temperatureK?: number;
  /** Default 0.89e-3, water at 298 K. */
  viscosityPaS?: number;
}

/** Harmonic potential a bead moves in. */
export interface Trap {
  /** [x, y, z] pN/nm. */
  stiffness: readonly [number, number, number];
  /** pN s/nm. */
  drag: number;
  /** k_B T, pN nm. */
  thermalEnergy: number;
}

const BOLTZMANN_PN_NM_PER_K = 1.380649e-2;
/** pN s/nm^2 in one Pa s. */
const PN_S_PER_NM2 = 1e-6;

/** Force below which the stiff worm-like chain is none: kT / P of DNA at room temperature, with some room, pN. */
export const STIFF_CHAIN_PN = 0.1;

/** Extension of a stiff worm-like chain of this contour length at a force, nm. */
export function stiffExtensionNm(contour: number, params: Omit<TetherParams, 'radiusNm'>): number {
  return contour * (1 - slackOf(params));
}

/** Contour length of a stiff worm-like chain of an extension at a force, nm. */
export function contourNm(params: Omit<TetherParams, 'radiusNm'>): number {
  return (params.extensionNm ?? USUAL.extensionNm) / (1 - slackOf(params));
}

function slackOf({
  forcePn = USUAL.forcePn,
  persistenceLengthNm = USUAL.persistenceLengthNm,
  temperatureK = USUAL.temperatureK,
}: Omit<TetherParams, 'radiusNm'>): number {
  return Math.sqrt((BOLTZMANN_PN_NM_PER_K * temperatureK) / (4 * persistenceLengthNm * forcePn));
}

/**
 * The trap a stretched molecule makes for its bead.
 *
 * Sideways a pendulum, force / extension (Strick et al., Science 271 (1996) 1835); along the force the slope of
 * the stiff worm-like chain, extension = contour length (1 - sqrt(kT / 4 P F)) (Marko and Siggia,
 * Macromolecules 28 (1995) 8759), good above kT / P = 0.1 pN. Stokes drag far from the surface: the wall, which
 * slows a real bead, and the rotation of the bead are left out.
 */
export function tetherTrap(params: TetherParams): Trap {
  const { radiusNm, forcePn, extensionNm, temperatureK, viscosityPaS = 0.89e-3 } = { ...USUAL, ...params };
  const thermalEnergy = BOLTZMANN_PN_NM_PER_K * temperatureK;
  const sideways = forcePn / extensionNm;
  return {
    stiffness: [sideways, sideways, (2 * forcePn) / (contourNm(params) * slackOf(params))],
    drag: 6 * Math.PI * viscosityPaS * PN_S_PER_NM2 * radiusNm,
    thermalEnergy,
  };
}

/** A bead in Brownian motion about the middle of its trap. */
export interface TetheredBead {
  /** [x, y, z] nm from the middle of the trap, now. */
  readonly offsetNm: Float64Array;
  /** Moves the bead on by any time, in s. */
  advance(seconds: number): void;
  /** Changes the trap; the bead is where it was, and relaxes. */
  setTrap(trap: Trap): void;
}

/**
 * Overdamped Brownian motion in a harmonic trap, from a start in equilibrium.
 *
 * The update is the exact solution of the Ornstein-Uhlenbeck process, so variance and correlation are right
 * for every time step (Gillespie, Phys. Rev. E 54 (1996) 2084). Positions are instantaneous: a real exposure
 * averages over its duration.
 */
export function createTetheredBead(initial: Trap, random: Random): TetheredBead {
  let trap = initial;
  let spreads = spreadsOf(trap);
  const offsetNm = Float64Array.from(spreads, (spread) => spread * random.normal());
  const advance = (seconds: number) => {
    for (let axis = 0; axis < 3; axis++) {
      const memory = Math.exp((-seconds * trap.stiffness[axis]!) / trap.drag);
      const kick = spreads[axis]! * Math.sqrt(1 - memory * memory);
      offsetNm[axis] = offsetNm[axis]! * memory + kick * random.normal();
    }
  };
  return {
    offsetNm,
    advance,
    setTrap(next) {
      trap = next;
      spreads = spreadsOf(next);
    },
  };
}

/** Standard deviation along each axis, nm. */
function spreadsOf({ stiffness, thermalEnergy }: Trap): number[] {
  return stiffness.map((along) => Math.sqrt(thermalEnergy / along));
}
