import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** These change the process that they run in: its environment, its output, its optimised code. */
const ALONE = [
  'test/bench/walk.test.ts',
  'test/channels/webhook/lambda.test.ts',
  'test/lib/lighten-plugin.test.ts',
  'test/runtime/*.test.ts',
];
const ELSEWHERE = ['test/contract/**', 'test/browser/**', 'test/e2e/**', 'test/sdk/**', 'test/package/**'];

export default defineConfig({
  test: {
    // Node itself reads TypeScript, so that nothing is transformed for the tests: they run what runs.
    experimental: { viteModuleRunner: false },
    // One more than there are cores, because many of the tests mostly wait.
    maxWorkers: availableParallelism() + 1,
    // A net, not a limit: under a load of twenty the slowest cases take half a minute.
    // `.ci/run` asks for some: a case that lost a race on a busy machine is named, and does not stop everything.
    retry: Number(process.env.RETRIES ?? 0),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...ELSEWHERE, ...ALONE],
          // A worker keeps its modules from file to file: importing CDK once takes longer than most files run.
          isolate: false,
        },
      },
    ],
  },
});
