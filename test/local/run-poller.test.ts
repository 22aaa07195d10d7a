import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { WindowReport, WindowRequest } from '../../functions/polling/poll-window.ts';
import { runPoller } from '../../local/run-poller.ts';

const REPORT: WindowReport = { sweeps: 1, polled: 0, missed: 0, pending: 0, oldestAgeMs: 0, coveredUntilMs: 0 };
const windowMs = 20;

/** A poller whose windows are kept, and `reached`, which resolves when so many have begun. */
function createWindows(answer: (request: WindowRequest, number: number) => Promise<WindowReport>) {
  const requests: WindowRequest[] = [];
  const errors: string[] = [];
  const log = { info() {}, warn() {}, error: (message: string) => void errors.push(message) };
  const poll = (request: WindowRequest) => answer(request, requests.push(request));
  const reached = async (count: number) => {
    while (requests.length < count) await delay(1);
  };
  return { requests, errors, reached, runner: runPoller(poll, { windowMs, clock: { now: Date.now }, log }) };
}

it('begins the next window while polls of the one before are under way, and waits for them at the end', async () => {
  const slow = Promise.withResolvers<WindowReport>();
  const { reached, runner } = createWindows((request, number) => {
    request.onCovered?.(number);
    return number === 1 ? slow.promise : Promise.resolve(REPORT);
  });
  await reached(3);
  let isStopped = false;
  const stopped = runner.stop().then(() => {
    isStopped = true;
  });
  await delay(2 * windowMs);
  expect(isStopped).toBe(false);
  slow.resolve(REPORT);
  await stopped;
});

it('goes on after the last point that was covered, also when the window failed', async () => {
  const { requests, errors, reached, runner } = createWindows(async (request, number) => {
    if (number === 2) throw new Error('no profiles');
    request.onCovered?.(100 * number);
    if (number === 3) throw new Error('a task was not stored');
    return REPORT;
  });
  await reached(5);
  await runner.stop();
  expect(requests.slice(0, 5).map(({ afterMs }) => afterMs)).toEqual([undefined, 100, 100, 300, 400]);
  expect(errors.slice(0, 2)).toEqual(['polling failed', 'polling failed']);
});
