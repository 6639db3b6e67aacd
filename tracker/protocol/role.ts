/** What a peer of the tracker may do. */
export const ROLES = {
  camera: 'sends frames',
  operator: 'watches, and adds, moves and removes beads',
  viewer: 'watches, and changes nothing',
} as const;

export type Role = keyof typeof ROLES;
