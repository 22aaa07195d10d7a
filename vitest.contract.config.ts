import { defineConfig } from 'vitest/config';

// The store suites on both backends: dynalite, which local mode uses, and Amazon's DynamoDB Local (Java 17 or later).
export default defineConfig({
  test: {
    include: ['test/contract/**/*.test.ts', 'test/adapters/dynamo-stores.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
