import { isOpen, type StartIntent, type StartIntentStore } from '../../functions/tasks/start.ts';

/** `StartIntents` as a Map. */
export function createMemoryIntents(clock: { now(): number }): StartIntentStore & { rows: Map<string, StartIntent> } {
  const rows = new Map<string, StartIntent>();
  const find = (key: string): StartIntent | undefined => {
    const intent = rows.get(key);
    return intent && intent.expiresAtMs > clock.now() ? intent : undefined;
  };
  return {
    rows,
    get: async (key) => find(key),
    async claim(intent) {
      const existing = find(intent.key);
      if (existing) return { kind: 'exists', intent: existing };
      rows.set(intent.key, intent);
      return { kind: 'claimed' };
    },
    async replace(next) {
      if (rows.get(next.key)?.version !== next.version - 1) return false;
      rows.set(next.key, next);
      return true;
    },
    async remove(intent) {
      const isSame = (rows.get(intent.key)?.version ?? intent.version) === intent.version;
      if (isSame) rows.delete(intent.key);
      return isSame;
    },
    async listOpen(limit) {
      const open = [...rows.values()].filter((intent) => isOpen(intent) && intent.expiresAtMs > clock.now());
      return open.slice(0, limit);
    },
  };
}
