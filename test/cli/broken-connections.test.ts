import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../functions/names.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { run } from './run.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

let service: StandIn;
let proxy: FaultProxy;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'apig-tasks-'));
  await writeFile(path.join(folder, 'orders.json'), JSON.stringify({ openapi: '3.0.1', paths: {} }));
  service = await startStandIn();
  proxy = await startFaultProxy(service.url);
});

afterAll(async () => {
  await proxy.close();
  await service.close();
  await rm(folder, { recursive: true, force: true });
});

/** An answer about a task that goes on has some 400 bytes with its headers, one with a result 1300. */
const fault = fc.record({
  kind: fc.constantFrom('reset' as const, 'close' as const, 'stall' as const),
  side: fc.constantFrom('request' as const, 'answer' as const),
  afterBytes: fc.oneof(fc.nat(1_400), fc.nat(60)),
});

const CODES = { succeeded: 0, failed: 1, partially_succeeded: 3, expired: 4, not_found: 4, rejected: 4 };

describe('a connection that breaks, stalls or is cut off', () => {
  it('changes neither the exit code nor the number of starts, wherever it happens', async () => {
    const runs = fc.record({
      outcome: fc.constantFrom(...OUTCOMES),
      command: fc.constantFrom('import' as const, 'export' as const, 'watch' as const),
      faults: fc.array(fault, { minLength: 1, maxLength: 4 }),
      afterAnswers: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(runs, async ({ outcome, command, faults, afterAnswers }) => {
        service.tasks.clear();
        service.starts.clear();
        service.nextStart = { end: outcome, afterAnswers };
        if (command === 'watch') service.tasks.set('started-1', { ...service.nextStart });
        proxy.cutAll();
        proxy.faults = [...faults];
        const argv = {
          import: ['import', path.join(folder, 'orders.json')],
          export: EXPORT,
          watch: ['watch', 'started-1'],
        };
        const ran = await run(argv[command], { url: proxy.url, patience: { silenceMs: 60, holdMs: 0 } });
        expect(ran.code, ran.err).toBe(CODES[outcome]);
        expect(service.starts.size).toBe(command === 'watch' ? 0 : 1);
      }),
      { numRuns: 60 },
    );
    expect(proxy.hits.length).toBeGreaterThan(60);
  });
});

it('a stop whose answer was lost is done, and one of a task that was never there is not', async () => {
  service.tasks.set('a', { end: 'never', afterAnswers: 0 });
  proxy.cutAll();
  proxy.faults = [{ kind: 'reset', side: 'answer', afterBytes: 0 }];
  expect(await run(['forget', 'a'], { url: proxy.url })).toMatchObject({ code: 0, out: 'a: no longer watched\n' });
  expect(await run(['forget', 'a'], { url: proxy.url })).toMatchObject({ code: 2 });
});

const EXPORT = ['export', '--group-id', 'g', '--env-id', 'e'];
