import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,client,server,load-test}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Tests with processes mostly wait: one more at a time than Vitest takes by itself on two cores.
    maxWorkers: 2,
  },
});
