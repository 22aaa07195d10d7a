import { describe, expect, it } from 'vitest';
import { createByteBudget } from '../../functions/huawei/transport.ts';
import type { OperatorAlert } from '../../functions/messages/operator-alerter.ts';
import { createRateLimiter } from '../../functions/polling/lines.ts';
import { observeTask } from '../../functions/polling/observe-task.ts';
import { createProfileHealth } from '../../functions/polling/profile-health.ts';
import type { Observation } from '../../functions/tasks/observation.ts';
import { createFakeClock, fault, faultObservation, pendingTask, processing, START_MS } from '../support/fixtures.ts';

const NEVER = new AbortController().signal;

/** Polls whose first turn has come. */
function setUp(answers: (Observation | (() => Observation))[], perSecond = 10) {
  const clock = createFakeClock();
  const alerts: OperatorAlert[] = [];
  const requestsAt: number[] = [];
  const limiter = createRateLimiter(perSecond, clock);
  const budget = createByteBudget(1_000);
  let isOurs = true;
  const deps = {
    clock,
    random: () => 0.5,
    limiterOf: () => limiter,
    health: createProfileHealth(clock, { raise: async (alert) => alerts.push(alert) > 0 }),
    query: {
      poll: async () => {
        requestsAt.push(clock.now() - START_MS);
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (!answer) throw new Error('no answer was set up');
        return typeof answer === 'function' ? answer() : answer;
      },
    },
  };
  const observe = (task = pendingTask(), untilMs = START_MS + 60_000) =>
    observeTask(deps, task, {
      ...{ untilMs, mayPoll: () => isOurs, signal: NEVER, cutOff: NEVER },
      allowance: budget.open(),
    });
  const loseLease = () => {
    isOurs = false;
  };
  return { clock, alerts, limiter, requestsAt, observe, loseLease, health: deps.health };
}

describe('observing a task', () => {
  it('retries a passing fault with jitter and then believes the answer', async () => {
    const { requestsAt, observe } = setUp([faultObservation('transient'), faultObservation('transient'), processing]);
    expect(await observe()).toEqual({ observation: processing, requests: 3 });
    expect(requestsAt).toEqual([0, 100, 300]);
  });

  it('gives up after three requests and reports the last fault', async () => {
    const { requestsAt, observe } = setUp([faultObservation('transient')]);
    expect(await observe()).toMatchObject({ observation: { kind: 'fault' }, requests: 3 });
    expect(requestsAt).toHaveLength(3);
  });

  it('asks no more where the profile was refused meanwhile, and keeps its own fault', async () => {
    let refuseOther = () => {};
    const failing = () => {
      refuseOther();
      return faultObservation('transient');
    };
    const { observe, health } = setUp([processing, failing]);
    await observe();
    const report = health.begin(pendingTask({ taskId: 'other' }));
    refuseOther = () => void report(fault('forbidden'));
    expect(await observe()).toMatchObject({ observation: { fault: { class: 'transient' } }, requests: 1 });
    expect(await observe()).toMatchObject({ observation: { fault: { class: 'forbidden' } }, requests: 0 });
  });

  it('asks no more where the shard is not ours any more', async () => {
    const { requestsAt, observe, loseLease } = setUp([
      () => {
        loseLease();
        return faultObservation('transient');
      },
    ]);
    expect(await observe()).toMatchObject({ requests: 1 });
    expect(requestsAt).toHaveLength(1);
  });

  it('waits as long as Retry-After says, and halves the rate', async () => {
    const { requestsAt, limiter, observe } = setUp([faultObservation('throttled', 7_000), processing]);
    await observe();
    expect(requestsAt).toEqual([0, 7_000]);
    expect(limiter.rate()).toBeLessThan(10);
    expect(limiter.rate()).toBeGreaterThanOrEqual(5);
  });

  it('does not wait for a Retry-After beyond the run', async () => {
    const { requestsAt, observe } = setUp([faultObservation('throttled', 600_000)]);
    await observe();
    expect(requestsAt).toEqual([0]);
  });

  it.each(['permanent', 'not_found', 'forbidden', 'unauthenticated'] as const)('never repeats %s', async (why) => {
    const { requestsAt, observe } = setUp([faultObservation(why)]);
    await observe();
    expect(requestsAt).toEqual([0]);
  });

  it('alerts once of a refused profile, and tries it again after five minutes', async () => {
    const { clock, alerts, requestsAt, observe } = setUp([faultObservation('unauthenticated'), processing]);
    await observe();
    clock.advance(5 * 60_000 - 1);
    expect(await observe()).toMatchObject({ requests: 0 });
    expect(requestsAt).toHaveLength(1);
    clock.advance(1);
    expect(await observe(pendingTask(), clock.now())).toMatchObject({ observation: processing });
    expect(alerts.map(({ key }) => key)).toEqual(['profile:default']);
  });

  it('pauses only the one gateway that refuses permission', async () => {
    const { alerts, requestsAt, observe } = setUp([faultObservation('forbidden'), processing]);
    await observe();
    await observe();
    expect(await observe(pendingTask({ instanceId: 'gw2' }))).toMatchObject({ observation: processing });
    expect(requestsAt).toHaveLength(2);
    expect(alerts.map(({ key }) => key)).toEqual(['profile:default/p1/gw1']);
  });

  it('pauses a gateway that refuses permission also where the whole profile was refused before', async () => {
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
});

describe('the health of a profile', () => {
  it('is tried by one request, which the others wait for, and believed for a minute', async () => {
    const { clock, health } = setUp([]);
    const report = health.begin(pendingTask());
    const probing = health.probing('default');
    expect(probing).toBeDefined();
    await report('works');
    await probing;
    expect(health.probing('default')).toBeUndefined();
    clock.advance(59_999);
    health.begin(pendingTask());
    expect(health.probing('default')).toBeUndefined();
    clock.advance(1);
    health.begin(pendingTask());
    expect(health.probing('default')).toBeDefined();
  });

  it('is tried by the next request where the first one learned nothing', async () => {
    const { health } = setUp([]);
    await health.begin(pendingTask())('nothing');
    health.begin(pendingTask());
    expect(health.probing('default')).toBeDefined();
  });
});
