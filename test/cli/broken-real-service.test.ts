import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RELEASE_ENVIRONMENT_ID, SMALL_GROUP_ID } from '../../simulator/defaults.ts';
import { type Fault, startFaultProxy } from './fault-proxy.ts';
import { openApiFile, type RealService, startRealService } from './real-service.ts';
import { objectsOf, run } from './run.ts';

/** `npm run test:contract` makes hundreds of runs. */
const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 2);
/** Each behind a proxy of its own, because they mostly wait. */
const AT_ONCE = 8;

let service: RealService;
beforeAll(async () => {
  service = await startRealService();
});
afterAll(() => service.close());

const CODES = { succeeded: 0, partially_succeeded: 3, failed: 1 };
const SEED_ENDINGS = { succeeded: 'success', partially_succeeded: 'partial', failed: 'failure' } as const;
const ENDINGS = ['succeeded', 'partially_succeeded', 'failed'] as const;

type Scenario = {
  command: 'import' | 'export' | 'watch';
  ending: (typeof ENDINGS)[number];
  /** Of the connections, one after the other. Start, wait and end of a task are some 4,000 bytes in all. */
  faults: Fault[];
};

const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom('reset', 'close', 'stall'),
  side: fc.constantFrom('request', 'answer'),
  afterBytes: fc.oneof(fc.nat(4_000), fc.nat(60)),
});
const scenario: fc.Arbitrary<Scenario> = fc.record({
  command: fc.constantFrom('import', 'export', 'watch'),
  ending: fc.constantFrom(...ENDINGS),
  faults: fc.array(fault, { minLength: 1, maxLength: 4 }),
});

const hits: string[] = [];
const started = () => {
  const { byRoute } = service.simulator.control.stats();
  return (byRoute.import ?? 0) + (byRoute.export ?? 0);
};

it('connections that break, stall or are cut off change neither the exit code nor the number of starts', {
  timeout: 60_000 + ROUNDS * 10_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(scenario, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (scenarios) => {
      const before = started();
      await Promise.all(scenarios.map(prove));
      expect(started() - before).toBe(scenarios.filter(({ command }) => command !== 'watch').length);
    }),
    // To shrink a failure would take minutes, and the scenarios that failed are printed.
    { numRuns: ROUNDS, endOnFailure: true },
  );
  if (process.env.FAULT_ROUNDS === undefined) return;
  const counts = PHASES.map((phase) => hits.filter((hit) => hit.startsWith(phase)).length);
  const phases = PHASES.map((phase, index) => `${phase} ${counts[index]}`).join(', ');
  console.log(`${ROUNDS * AT_ONCE} runs, ${hits.length} faults: ${phases}`);
  expect(Math.min(...counts)).toBeGreaterThan(0);
});

const PHASES = ['POST /imports', 'POST /exports', 'POST /tasks', 'GET <task>?wait', 'GET <task>/definition'];

async function prove({ command, ending, faults }: Scenario): Promise<void> {
  const title = `t${randomUUID()}`;
  const proxy = await startFaultProxy(service.url);
  try {
    proxy.faults = [...faults];
    const output = path.join(service.folder, `${title}.out`);
    const argv = {
      import: () => importArguments(ending, title),
      export: () => [...EXPORT, '-o', output],
      watch: () => watchArguments(ending),
    };
    const ran = await run([...(await argv[command]()), '--json'], {
      url: proxy.url,
      // A busy machine takes half a second to answer an import; what stalls is given up after this.
      patience: { silenceMs: 1_000, giveUpMs: 60_000 },
    });
    hits.push(...proxy.hits.map((hit) => hit.replace(/\/tasks\/\w+/, '<task>')));
    expect(ran.code, ran.err).toBe(command === 'export' ? 0 : CODES[ending]);
    if (command !== 'export') return;
    const stored = await run(['definition', objectsOf(ran)[0].task_id], {
      url: service.url,
      patience: { silenceMs: 10_000, giveUpMs: 20_000 },
    });
    expect(stored, stored.err).toMatchObject({ code: 0, out: await readFile(output, 'utf8') });
  } finally {
    await proxy.close();
  }
}

const EXPORT = ['export', '--group-id', SMALL_GROUP_ID, '--env-id', RELEASE_ENVIRONMENT_ID];

async function importArguments(ending: Scenario['ending'], title: string): Promise<string[]> {
  const file = path.join(service.folder, `${title}.json`);
  await writeFile(file, openApiFile(ending, title));
  return ['import', file];
}

function watchArguments(ending: Scenario['ending']): string[] {
  return ['watch', service.simulator.control.addTask({ processingMs: 50, ending: SEED_ENDINGS[ending] })];
}
