import { defineConfig } from 'vitest/config';

// Huawei's official SDK against the simulator: it needs Python and, the first time, the package index.
export default defineConfig({
  test: {
    include: ['test/sdk/**/*.test.ts'],
    hookTimeout: 300_000,
  },
});
