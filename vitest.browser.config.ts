import { defineConfig } from 'vitest/config';

const LOAD = 'test/browser/load.test.ts';

// The status page in Debian's Chromium, against the local service: it needs the package chromium.
export default defineConfig({
  test: {
    experimental: { viteModuleRunner: false },
    retry: Number(process.env.RETRIES ?? 0),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        extends: true,
        // Most of a case is waiting for the next five seconds of the page.
        test: {
          ...{ name: 'steps', include: ['test/browser/**/*.test.ts'], exclude: [LOAD] },
          ...{ maxWorkers: 2, sequence: { groupOrder: 0 } },
        },
      },
      // It measures, so nothing runs beside it.
      { extends: true, test: { name: 'load', include: [LOAD], maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
