import { useEffect, useState } from 'preact/hooks';
import { callJson, type Stats } from './api.ts';

export type LabelStats = Stats['labels'][number];

const AT_MOST_EVERY_MS = 30_000;

/** Statistics, read once there is a `change`, and again at the next one, every 30 seconds at most. */
export function useStats(query: string, change: unknown): Stats | undefined {
  const [kept, keep] = useState<{ query: string; stats: Stats }>();
  const [readAt, setReadAt] = useState(0);
  useEffect(() => {
    if (change === undefined) return;
    let isOver = false;
    const waitMs = kept?.query === query ? Math.max(0, readAt + AT_MOST_EVERY_MS - Date.now()) : 0;
    const timer = setTimeout(async () => {
      // They are an addition: without them the page shows the rest.
      const stats = await callJson<Stats>(`stats?${query}`).catch(() => undefined);
      if (isOver || stats === undefined) return;
      setReadAt(Date.now());
      keep({ query, stats });
    }, waitMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [query, change]);
  return kept?.query === query ? kept.stats : undefined;
}
