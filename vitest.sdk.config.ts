import { defineConfig } from 'vitest/config';

// Other people's clients: Huawei's official SDK against the simulator, and curl and Python against the service. It needs
// bash, curl, Python and, the first time, the package index.
export default defineConfig({
  test: {
    experimental: { viteModuleRunner: false },
    include: ['test/sdk/**/*.test.ts'],
    // All of them use one Python environment, which the first one makes.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 300_000,
  },
});
