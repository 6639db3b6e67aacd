/** What a peer of the tracker may do. */
export const ROLES = {
  camera: 'sends frames',
  operator:
    'watches, sets beads, camera and pipeline, starts and stops recordings, moves the focus, calibrates',
  viewer: 'watches, and changes nothing',
} as const;

export type Role = keyof typeof ROLES;
