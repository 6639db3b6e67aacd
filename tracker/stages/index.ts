import type { Stage } from './define.ts';

/** Every stage a pipeline can be put together from: adding one is its file and a line here. */
export const STAGES: readonly Stage[] = [];
