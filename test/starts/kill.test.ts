import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HuaweiStarts, StartAnswer } from '../../functions/huawei/starts.ts';
import { createStarts, type StartEnd, type StartRequest } from '../../functions/starts/starts.ts';
import { createVirtualClock, silentLog } from '../support/fixtures.ts';
import { createMemoryIntents } from '../support/memory-intents.ts';
import { createMemoryPending } from '../support/memory-stores.ts';

class Killed extends Error {}

/**
 * What Huawei does with one call. `lost` begins nothing, `lost_after` begins a task; nobody hears of either. `slow` answers
 * after the lease of its caller, whose process slept.
 */
type Behaviour = 'ok' | 'slow' | 'lost' | 'lost_after' | 'busy' | 'refused';
type Step = {
  /** The keys that requests use, `spreadMs` apart; `beat` is the heartbeat. */
  acts: ('import' | 'export' | 'beat')[];
  spreadMs: number;
  huawei: Behaviour[];
  /** The process dies at its n-th effect, before or after it. */
  diesAt: number;
  diesAfter: boolean;
  restsMs: number;
};

const ERROR = { code: 'X', message: 'x' };
const TARGET = { instanceId: 'i1', projectId: 'p1', profile: 'default' };
const DEADLINE_MS = 24 * 3_600_000;

/** Stores and a Huawei Cloud that outlive the processes in between. */
function createWorld() {
  const clock = createVirtualClock();
  const intents = createMemoryIntents(clock);
  const pending = createMemoryPending();
  const begun: { id: string; kind: string }[] = [];

  const begin = (type: string): string => {
    const id = `t${begun.length}`;
    begun.push({ id, kind: type === 'import_api' ? 'import' : 'export' });
    return id;
  };
  const answers: Record<Behaviour, (type: string) => Promise<StartAnswer>> = {
    ok: async (type) => ({ kind: 'started', taskId: begin(type) }),
    slow: async (type) => {
      await clock.sleep(130_000);
      return { kind: 'started', taskId: begin(type) };
    },
    lost: async () => ({ kind: 'lost', error: ERROR }),
    lost_after: async (type) => {
      begin(type);
      return { kind: 'lost', error: ERROR };
    },
    busy: async () => ({ kind: 'busy', error: ERROR }),
    refused: async () => ({ kind: 'refused', error: ERROR, blames: 'request' }),
  };
  const huaweiOf = (behaviours: Behaviour[]): HuaweiStarts => {
    let calls = 0;
    return {
      start: ({ type }) => answers[behaviours[calls++] ?? 'ok'](type),
      async findGroup() {
        return begun.some(({ kind }) => kind === 'import') ? { kind: 'found', groupId: 'g1' } : { kind: 'none' };
      },
    };
  };
  return { clock, intents, pending, begun, huaweiOf };
}

type World = ReturnType<typeof createWorld>;

/** One process, which has no effect any more once it is dead. */
function createProcess(world: World, { huawei, diesAt, diesAfter }: Pick<Step, 'huawei' | 'diesAt' | 'diesAfter'>) {
  let left = diesAt;
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get:
        (target, name) =>
        async (...args: unknown[]) => {
          left -= 1;
          if (left < 0 && !(left === -1 && diesAfter)) throw new Killed();
          const done = await (target[name as keyof T] as (...given: unknown[]) => unknown)(...args);
          if (left < 0) throw new Killed();
          return done;
        },
    });
  return createStarts({
    intents: mortal(world.intents),
    huawei: mortal(world.huaweiOf(huawei)),
    pending: mortal(world.pending),
    results: { get: async () => undefined },
    clock: world.clock,
    log: silentLog,
  });
}

function requestOf(kind: 'import' | 'export', nowMs: number): StartRequest {
  const task = { ...TARGET, label: kind, registeredAtMs: nowMs, deadlineAtMs: nowMs + DEADLINE_MS };
  const common = { key: kind, fingerprint: kind, task };
  if (kind === 'export') return { ...common, order: { type: 'export_api', fields: { group_id: 'g', env_id: 'e' } } };
  const file = { name: 'a.json', size_bytes: 2, sha256: 'x' };
  return { ...common, order: { type: 'import_api', fields: {}, file, title: 'orders' }, file: Buffer.from('{}') };
}

/** Undefined where the process died. */
async function run(world: World, step: Step): Promise<(StartEnd | undefined)[]> {
  const starts = createProcess(world, step);
  const ends = step.acts.map(async (act, i) => {
    if (i > 0 && step.spreadMs > 0) await world.clock.sleep(i * step.spreadMs);
    if (act !== 'beat') return starts.start(requestOf(act, world.clock.now()));
    await starts.resume(world.clock.now() + 60_000);
    return undefined;
  });
  const settled = await Promise.allSettled(ends);
  for (const end of settled) if (end.status === 'rejected' && !(end.reason instanceof Killed)) throw end.reason;
  world.clock.advance(step.restsMs);
  return settled.map((end) => (end.status === 'fulfilled' ? end.value : undefined));
}

const SOUND = { huawei: [], spreadMs: 0, diesAt: Number.POSITIVE_INFINITY, diesAfter: false, restsMs: 61_000 };
const behaviour = fc.constantFrom<Behaviour>('ok', 'ok', 'slow', 'lost', 'lost_after', 'busy', 'refused');
const step: fc.Arbitrary<Step> = fc.record({
  acts: fc.array(fc.constantFrom('import', 'export', 'beat'), { minLength: 1, maxLength: 3 }),
  spreadMs: fc.constantFrom(0, 0, 61_000),
  huawei: fc.array(behaviour, { maxLength: 4 }),
  diesAt: fc.oneof(fc.nat(9), fc.constant(Number.POSITIVE_INFINITY)),
  diesAfter: fc.boolean(),
  restsMs: fc.constantFrom(0, 1_000, 30_000, 61_000),
});

const watchedOf = (world: World, kind: string) =>
  [...world.pending.rows.values()].filter(({ label }) => label === kind);

/** Runs the steps; resolves to the ids that requests were answered with, by kind. */
async function runAll(world: World, steps: Step[]): Promise<Map<string, Set<string>>> {
  const answered = new Map<string, Set<string>>();
  for (const one of steps) {
    for (const [i, end] of (await run(world, one)).entries()) {
      const kind = one.acts[i] ?? '';
      if (end?.kind === 'watched') answered.set(kind, (answered.get(kind) ?? new Set()).add(end.taskId));
    }
  }
  return answered;
}

const importsBegun = (world: World): number => world.begun.filter(({ kind }) => kind === 'import').length;

it('gives a key one task at most and starts no import twice, wherever processes die', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const world = createWorld();
      const answered = await runAll(world, steps);
      // A sound heartbeat, after the leases of the dead are over.
      world.clock.advance(61_000);
      await run(world, { ...SOUND, acts: ['beat'] });
      for (const kind of ['import', 'export'] as const) {
        const watched = watchedOf(world, kind).map(({ taskId }) => taskId);
        expect(watched.length).toBeLessThanOrEqual(1);
        // Every task that a caller was given is watched.
        for (const taskId of answered.get(kind) ?? []) expect(watched).toEqual([taskId]);
      }
      // Nothing is silent: an import that began is watched, or reported with its group.
      const isUnwatched = importsBegun(world) > 0 && watchedOf(world, 'import').length === 0;
      const [end] = await run(world, { ...SOUND, acts: ['import'] });
      if (isUnwatched) expect(end).toMatchObject({ kind: 'unknown', groupId: 'g1', title: 'orders' });
      expect(importsBegun(world)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2_000 },
  );
});

it('finishes an export whose process died, without another request', async () => {
  for (const diesAfter of [false, true]) {
    for (let diesAt = 0; diesAt < 6; diesAt++) {
      const world = createWorld();
      await run(world, { ...SOUND, acts: ['export'], diesAt, diesAfter });
      const isClaimed = world.intents.rows.size > 0;
      await run(world, { ...SOUND, acts: ['beat'] });
      expect(watchedOf(world, 'export')).toHaveLength(isClaimed ? 1 : 0);
      expect([...world.intents.rows.values()].map(({ state }) => state.kind)).toEqual(isClaimed ? ['watched'] : []);
    }
  }
});
