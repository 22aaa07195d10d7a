import type { Clock, Log } from '../tasks/ports.ts';

/** Something an operator must fix, once per `key` and period. */
export type OperatorAlert = { key: string; subject: string; body: string };
export interface OperatorAlerter {
  /** True when it was sent, false when the same key was sent recently. */
  raise(alert: OperatorAlert): Promise<boolean>;
}

/** How long the same key stays quiet: long enough not to flood a night, short enough to be repeated at work. */
const OPERATOR_ALERT_PERIOD_MS = 6 * 3_600_000;

/** The operator alerts that were raised lately; durable if processes are short-lived. */
export interface AlertMemory {
  /** True for the first claim of a key within `periodMs`, whoever makes it. */
  claim(key: string, nowMs: number, periodMs: number): Promise<boolean>;
  /** Releases a claim because its alert could not be sent. */
  release(key: string): Promise<void>;
}

export type OperatorAlerterDeps = {
  send(alert: OperatorAlert): Promise<void>;
  memory: AlertMemory;
  clock: Clock;
  log: Log;
};

/**
 * Sends one alert per key and period. Never throws: trouble with an alert is logged, and must not stop the work that
 * raised it. When the memory is unavailable the process remembers alone: twice is better than never.
 */
export function createOperatorAlerter(deps: OperatorAlerterDeps): OperatorAlerter {
  const here = createProcessAlertMemory();
  const claim = async (key: string, nowMs: number) => {
    try {
      return await deps.memory.claim(key, nowMs, OPERATOR_ALERT_PERIOD_MS);
    } catch (error) {
      deps.log.warn('operator alert memory is unavailable', { key, reason: reasonOf(error) });
      return here.claim(key, nowMs, OPERATOR_ALERT_PERIOD_MS);
    }
  };
  return {
    async raise(alert) {
      const nowMs = deps.clock.now();
      if (!(await claim(alert.key, nowMs))) return false;
      try {
        await deps.send(alert);
        return true;
      } catch (error) {
        deps.log.error('operator alert not sent', { key: alert.key, reason: reasonOf(error) });
        await Promise.allSettled([here.release(alert.key), deps.memory.release(alert.key)]);
        return false;
      }
    },
  };
}

/** A memory that lasts as long as the process: enough on one machine. */
export function createProcessAlertMemory(): AlertMemory {
  const quietUntilMs = new Map<string, number>();
  return {
    async claim(key, nowMs, periodMs) {
      if (nowMs < (quietUntilMs.get(key) ?? 0)) return false;
      quietUntilMs.set(key, nowMs + periodMs);
      return true;
    },
    async release(key) {
      quietUntilMs.delete(key);
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
