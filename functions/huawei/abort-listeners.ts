/** Who wants to know that a signal aborted. */
export type AbortListener = { onAbort(reason: unknown): void };

/** One listener on a signal for all who share it. An aborted signal takes no more. */
export type AbortListeners = {
  add(signal: AbortSignal, listener: AbortListener): void;
  remove(signal: AbortSignal, listener: AbortListener): void;
};

/** Thousands of polls have the signal of their window, and adding each to the signal itself costs a fortieth of a poll. */
export function createAbortListeners(): AbortListeners {
  const bySignal = new WeakMap<AbortSignal, Set<AbortListener>>();
  const listenersOf = (signal: AbortSignal): Set<AbortListener> => {
    const known = bySignal.get(signal);
    if (known) return known;
    const listeners = new Set<AbortListener>();
    bySignal.set(signal, listeners);
    signal.addEventListener('abort', () => callAll(listeners, signal.reason), { once: true });
    return listeners;
  };
  return {
    add(signal, listener) {
      if (!signal.aborted) listenersOf(signal).add(listener);
    },
    remove(signal, listener) {
      bySignal.get(signal)?.delete(listener);
    },
  };
}

function callAll(listeners: Set<AbortListener>, reason: unknown): void {
  for (const listener of listeners) listener.onAbort(reason);
  listeners.clear();
}
