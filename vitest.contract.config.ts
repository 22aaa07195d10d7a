import { defineConfig } from 'vitest/config';

// What needs more than Node: the store suites on both backends, dynalite and Amazon's DynamoDB
// Local (Java 17 or later); the client in a terminal (tmux), and the GitHub action (bash). And what takes a minute: the
// packed file, installed as others install it, and the client behind hundreds of connections that break.
export default defineConfig({
  test: {
    experimental: { viteModuleRunner: false },
    include: [
      'test/contract/**/*.test.ts',
      'test/stores/dynamo/stores.test.ts',
      'test/cli/broken-real-service.test.ts',
      'test/package/*.test.ts',
    ],
    env: { FAULT_ROUNDS: '14' },
    retry: Number(process.env.RETRIES ?? 0),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
