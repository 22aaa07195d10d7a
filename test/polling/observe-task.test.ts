import { describe, expect, it } from 'vitest';
import type { OperatorAlert } from '../../functions/messages/operator-alerter.ts';
import { observeTask } from '../../functions/polling/observe-task.ts';
import { createProfileHealth } from '../../functions/polling/profile-health.ts';
import { createRateLimiter } from '../../functions/polling/rate-limiter.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import { createFakeClock, fault, faultObservation, pendingTask, processing, START_MS } from '../support/fixtures.ts';

function setUp(answers: (Observation | ((nowMs: number) => Observation))[], perSecond = 10) {
  const clock = createFakeClock();
  const alerts: OperatorAlert[] = [];
  const requestsAt: number[] = [];
  const limiter = createRateLimiter(perSecond, clock);
  const deps = {
    clock,
    random: () => 0.5,
    limiterOf: () => limiter,
    health: createProfileHealth(clock, {
      raise: async (alert) => {
        alerts.push(alert);
        return true;
      },
    }),
    query: {
      poll: async () => {
        requestsAt.push(clock.now() - START_MS);
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (!answer) throw new Error('no answer was set up');
        return typeof answer === 'function' ? answer(clock.now()) : answer;
      },
    },
  };
  const observe = (task = pendingTask(), untilMs = START_MS + 60_000) => observeTask(deps, task, { untilMs });
  return { clock, alerts, limiter, requestsAt, observe, health: deps.health };
}

describe('observing a task', () => {
  it('retries a passing fault with jitter and then believes the answer', async () => {
    const { requestsAt, observe } = setUp([faultObservation('transient'), faultObservation('transient'), processing]);
    expect(await observe()).toEqual({ kind: 'observed', observation: processing, requests: 3 });
    expect(requestsAt).toEqual([0, 100, 300]);
  });

  it('gives up after three requests and reports the last fault', async () => {
    const { requestsAt, observe } = setUp([faultObservation('transient')]);
    expect(await observe()).toMatchObject({ observation: { kind: 'fault' }, requests: 3 });
    expect(requestsAt).toHaveLength(3);
  });

  it('keeps its own fault where another task finds the profile refused before it asks again', async () => {
    let refuseOther = () => {};
    const failing = () => {
      refuseOther();
      return faultObservation('transient');
    };
    const { observe, health } = setUp([processing, failing]);
    await observe();
    const other = await health.admit(pendingTask({ taskId: 'other' }));
    if (other.kind !== 'go') throw new Error('nothing was refused yet');
    refuseOther = () => void other.report(fault('forbidden'));
    expect(await observe()).toMatchObject({ observation: { fault: { class: 'transient' } }, requests: 1 });
    expect(await observe()).toMatchObject({ observation: { fault: { class: 'forbidden' } }, requests: 0 });
  });

  it('waits as long as Retry-After says, and halves the rate', async () => {
    const { requestsAt, limiter, observe } = setUp([faultObservation('throttled', 7_000), processing]);
    await observe();
    expect(requestsAt).toEqual([0, 7_000]);
    expect(limiter.rate()).toBeLessThan(10);
    expect(limiter.rate()).toBeGreaterThanOrEqual(5);
  });

  it('does not wait for a Retry-After beyond the window', async () => {
    const { requestsAt, observe } = setUp([faultObservation('throttled', 600_000)]);
    await observe();
    expect(requestsAt).toEqual([0]);
  });

  it.each(['permanent', 'not_found', 'forbidden', 'unauthenticated'] as const)('never repeats %s', async (why) => {
    const { requestsAt, observe } = setUp([faultObservation(why)]);
    await observe();
    expect(requestsAt).toEqual([0]);
  });

  it('asks once, not per task, when a profile is refused, and alerts once', async () => {
    const { alerts, requestsAt, observe } = setUp([faultObservation('unauthenticated')]);
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => observe(pendingTask({ taskId: `t${i}` }))));
    expect(requestsAt).toHaveLength(1);
    expect(many.every((seen) => seen.kind === 'observed' && seen.observation.kind === 'fault')).toBe(true);
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({ key: 'profile:default' });
  });

  it('asks no more for a task that waits for its turn while its profile is refused', async () => {
    const { requestsAt, limiter, observe } = setUp([processing, faultObservation('unauthenticated')]);
    await observe();
    const turn = Promise.withResolvers<boolean>();
    const { take } = limiter;
    limiter.take = () => turn.promise;
    const waiting = observe(pendingTask({ taskId: 'waits' }));
    await new Promise((resolve) => setImmediate(resolve));
    limiter.take = take;
    await observe();
    turn.resolve(true);
    expect(await waiting).toMatchObject({ observation: { kind: 'fault' }, requests: 0 });
    expect(requestsAt).toHaveLength(2);
  });

  it('tries a refused profile again after five minutes, and goes on when it works', async () => {
    const { clock, requestsAt, observe, health } = setUp([faultObservation('unauthenticated'), processing]);
    await observe();
    clock.advance(5 * 60_000 - 1);
    health.beginWindow();
    await observe();
    expect(requestsAt).toHaveLength(1);
    clock.advance(1);
    health.beginWindow();
    expect(await observe(pendingTask(), clock.now())).toMatchObject({ observation: processing });
  });

  it('lets the next task probe when the first one had no turn', async () => {
    const { clock, requestsAt, limiter, observe } = setUp([faultObservation('unauthenticated')]);
    limiter.throttled(1_000);
    expect(await observe(pendingTask(), clock.now())).toEqual({ kind: 'no_turn' });
    await Promise.all([observe(), observe(), observe()]);
    expect(requestsAt).toEqual([1_000]);
  });

  it('rests only the one gateway that refuses permission', async () => {
    const { alerts, requestsAt, observe } = setUp([faultObservation('forbidden'), processing]);
    await observe();
    await observe();
    expect(await observe(pendingTask({ instanceId: 'gw2' }))).toMatchObject({ observation: processing });
    expect(requestsAt).toHaveLength(2);
    expect(alerts.map(({ key }) => key)).toEqual(['profile:default/p1/gw1']);
  });

  it('rests a gateway that refuses permission also where the whole profile was refused before', async () => {
    const { clock, requestsAt, observe } = setUp([
      faultObservation('unauthenticated'),
      faultObservation('forbidden'),
      processing,
    ]);
    await observe();
    clock.advance(5 * 60_000);
    await observe(pendingTask(), clock.now());
    expect(await observe(pendingTask(), clock.now())).toMatchObject({ requests: 0 });
    expect(requestsAt).toHaveLength(2);
  });

  it('tries a profile again after half a minute where IAM was only out of reach', async () => {
    const unreachable = { class: 'unauthenticated', error: { code: 'CONNECTION', message: 'ECONNREFUSED' } } as const;
    const { clock, observe } = setUp([{ kind: 'fault', fault: unreachable }, processing]);
    await observe();
    clock.advance(30_000);
    expect(await observe(pendingTask(), clock.now())).toMatchObject({ observation: processing });
  });

  it('spaces requests at the profile rate and gives no turn beyond the window', async () => {
    const { requestsAt, observe } = setUp([processing], 2);
    const seen = [];
    for (let i = 0; i < 140; i += 1) seen.push(await observe());
    const lastMs = requestsAt.at(-1) ?? 0;
    expect(lastMs).toBeLessThanOrEqual(60_000);
    expect(requestsAt.length).toBeGreaterThanOrEqual(120);
    expect(seen.filter(({ kind }) => kind === 'no_turn').length).toBe(140 - requestsAt.length);
  });
});
