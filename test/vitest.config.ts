import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/gate-reporter.ts'],
    pool: 'forks',
    // Many tests wait for processes and browsers: one at a time leaves half of two cores idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // A busy machine may take seconds for what an idle one does in milliseconds: the test's own time is the limit.
    expect: { poll: { timeout: 60_000 } },
  },
});
