/** Calls back when the signal aborts; the function that is returned takes that back. */
export type OnAbort = (signal: AbortSignal, listener: () => void) => () => void;

const NOTHING = () => {};

/**
 * One listener on a signal for all who share it: thousands of polls have the signal of their window, and adding each to
 * the signal itself costs a fortieth of a poll.
 */
export function createAbortListeners(): OnAbort {
  const bySignal = new WeakMap<AbortSignal, Set<() => void>>();
  const listenersOf = (signal: AbortSignal): Set<() => void> => {
    const known = bySignal.get(signal);
    if (known) return known;
    const listeners = new Set<() => void>();
    bySignal.set(signal, listeners);
    signal.addEventListener('abort', () => callAll(listeners), { once: true });
    return listeners;
  };
  return (signal, listener) => {
    if (signal.aborted) return NOTHING;
    const listeners = listenersOf(signal);
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
}

function callAll(listeners: Set<() => void>): void {
  for (const listener of listeners) listener();
  listeners.clear();
}
