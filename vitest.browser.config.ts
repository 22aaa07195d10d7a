import { defineConfig } from 'vitest/config';

// The status page in Debian's Chromium, against the local service: it needs the package chromium.
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
