import { describe, expect, it } from 'vitest';
import {
  type AlertMemory,
  createOperatorAlerter,
  createProcessAlertMemory,
  type OperatorAlert,
} from '../../functions/messages/operator-alerter.ts';
import type { Log } from '../../functions/tasks/ports.ts';

const HOUR_MS = 3_600_000;
const log: Log = { info: () => {}, warn: () => {}, error: () => {} };
const alertOf = (key: string): OperatorAlert => ({ key, subject: 's', body: 'b' });

function alerterWith(memory: AlertMemory) {
  const sent: string[] = [];
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: async () => {} };
  const send = async ({ key }: OperatorAlert) => void sent.push(key);
  return { alerter: createOperatorAlerter({ send, memory, clock, log }), sent, pass: (ms: number) => (nowMs += ms) };
}

describe('createOperatorAlerter', () => {
  it('sends each key once in six hours', async () => {
    const { alerter, sent, pass } = alerterWith(createProcessAlertMemory());
    await alerter.raise(alertOf('a'));
    await alerter.raise(alertOf('b'));
    pass(6 * HOUR_MS - 1);
    expect(await alerter.raise(alertOf('a'))).toBe(false);
    pass(1);
    expect(await alerter.raise(alertOf('a'))).toBe(true);
    expect(sent).toEqual(['a', 'b', 'a']);
  });

  it('shares its memory with other processes', async () => {
    const memory = createProcessAlertMemory();
    const [one, other] = [alerterWith(memory), alerterWith(memory)];
    expect([await one.alerter.raise(alertOf('a')), await other.alerter.raise(alertOf('a'))]).toEqual([true, false]);
  });

  it('sends when the memory is out of order, and then still only once in this process', async () => {
    const broken: AlertMemory = {
      claim: () => Promise.reject(new Error('down')),
      release: () => Promise.reject(new Error('down')),
    };
    const { alerter, sent } = alerterWith(broken);
    expect([await alerter.raise(alertOf('a')), await alerter.raise(alertOf('a'))]).toEqual([true, false]);
    expect(sent).toEqual(['a']);
  });
});
