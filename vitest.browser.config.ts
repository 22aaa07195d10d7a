import { defineConfig } from 'vitest/config';

// The status page in Debian's Chromium, against the local service: it needs the package chromium.
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 30_000,
    // Chromium beside the poller on two cores: a case that only loses a race passes again.
    retry: 2,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
