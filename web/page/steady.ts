import { useRef, useState } from 'preact/hooks';
import { countWaiting, type Placed, renew } from './placed.ts';
import { isReading } from './reading.ts';

/** The rows to show, and how many tasks wait for `show` because somebody is reading. */
export type Steady = { rows: Placed[]; waiting: number; show(): void };

type Shown = { path: string; rows: Placed[] };

/**
 * Keeps every row at its place while somebody may be looking: what changed changes in place, and what is new waits.
 * `path` is what the list was asked for; another one shows all at once.
 */
export function useSteady(path: string, fresh: Placed[] | undefined): Steady {
  const shown = useRef<Shown | undefined>(undefined);
  const [, redraw] = useState(0);
  if (fresh !== undefined) {
    const old = shown.current;
    const keeps = old?.path === path && old.rows.length > 0 && isReading();
    shown.current = { path, rows: keeps ? renew(old.rows, fresh) : fresh };
  }
  const isOfPath = shown.current?.path === path;
  const rows = isOfPath ? (shown.current?.rows ?? []) : [];
  return {
    rows,
    waiting: isOfPath && fresh !== undefined ? countWaiting(rows, fresh) : 0,
    show() {
      if (fresh !== undefined) shown.current = { path, rows: fresh };
      redraw((round) => round + 1);
    },
  };
}
