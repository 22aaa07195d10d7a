import { describeStartIntentStore } from '../contract/start-intent-store.contract.ts';
import { createMemoryIntents } from '../support/memory-intents.ts';

// The store of the tests in this folder does what the real ones do.
describeStartIntentStore('a Map', async () => {
  const clock = { nowMs: Date.UTC(2026, 10, 24), now: () => clock.nowMs };
  const intents = createMemoryIntents(clock);
  return { intents, other: intents, clock };
});
