import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/contract/**', 'test/e2e/**'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
