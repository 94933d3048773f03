import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const TESTS = '{protocol,client,server,load-test}/**/*.test.ts';
/** Tests of `npm run test:long`: each takes more than some seconds of both cores. */
const LONG = '{protocol,client,server,load-test}/**/*.long.test.ts';
/** Mostly of logic alone: they change nothing of the process that they run in. */
const LOGIC = [
  '{protocol,client}/**/*.test.ts',
  'server/{coordinator,games,limits,observe,primary,store,watch,worker}/**/*.test.ts',
];

export default defineConfig({
  test: {
    // Tests wait for conditions. This is for those that never come, on a machine that is slow and busy.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    env: {
      // Most tests do without a second worker and a spare process; those about them say so.
      HOLDFAST_SPARES: '0',
      HOLDFAST_WORKERS: '1',
      // Processes are most of what tests cost, and a quarter of a process is compiling its code.
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compile'),
    },
    // Tests with processes mostly wait: more at a time than there are cores.
    maxWorkers: 3,
    projects: [
      { extends: true, test: { name: 'whole', include: [TESTS], exclude: [...LOGIC, LONG] } },
      // Modules are loaded once for many files: that halves what they take.
      {
        extends: true,
        test: { name: 'logic', include: LOGIC, exclude: [LONG], isolate: false },
      },
      { extends: true, test: { name: 'long', include: [LONG], testTimeout: 900_000 } },
    ],
  },
});
