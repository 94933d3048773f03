import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,client,server,load-test}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Most tests do without a spare process in each server; those about it say so.
    env: { HOLDFAST_SPARES: '0' },
    // Tests with processes mostly wait: more at a time than there are cores.
    maxWorkers: 3,
  },
});
