import { defineConfig } from 'vitest/config';

// What needs more than Node: the store suites on both backends, dynalite, which local mode uses, and Amazon's DynamoDB
// Local (Java 17 or later); the client in a terminal (tmux), and the GitHub action (bash).
export default defineConfig({
  test: {
    include: ['test/contract/**/*.test.ts', 'test/stores/dynamo/stores.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
