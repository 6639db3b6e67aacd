/** What a peer of the tracker may do. */
export const ROLES = {
  camera: 'sends frames',
  operator: 'watches, adds, moves and removes beads, moves the focus and calibrates',
  viewer: 'watches, and changes nothing',
} as const;

export type Role = keyof typeof ROLES;
