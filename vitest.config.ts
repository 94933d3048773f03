import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,client,server,load-test}/**/*.test.ts'],
    // Tests wait for conditions. This is for those that never come, on a machine that is slow and busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Most tests do without a second worker and a spare process; those about them say so.
    env: { HOLDFAST_SPARES: '0', HOLDFAST_WORKERS: '1' },
    // Tests with processes mostly wait: more at a time than there are cores.
    maxWorkers: 3,
  },
});
