import { useEffect, useState } from 'preact/hooks';
import { ApiError, call, clean, messageOf } from './api.ts';

const EVERY_MS = 5_000;

/** What a path answers; the trouble of the last request with its status, if it failed; and the time of the last answer. */
export type Live<T> = {
  data: T | undefined;
  /** The same as it came, with what no page should show. */
  raw: unknown;
  trouble: string | undefined;
  status: number | undefined;
  at: number | undefined;
};
type Kept<T> = Live<T> & { path: string; etag: string | undefined };
type Keep<T> = (change: (old: Kept<T>) => Kept<T>) => void;

const nothing = <T>(path: string): Kept<T> => ({
  ...{ path, data: undefined, raw: undefined, trouble: undefined, status: undefined, at: undefined, etag: undefined },
});

const MOST_REMEMBERED = 10;
/** The last answers to the key that is used: who comes back to a view sees it at once, where they were. */
const last = new Map<string, Kept<unknown>>();

/** Another key may see other things. */
export function forgetAnswers(): void {
  last.clear();
}

function remember(kept: Kept<unknown>): void {
  last.delete(kept.path);
  last.set(kept.path, kept);
  for (const path of last.keys()) if (last.size > MOST_REMEMBERED) last.delete(path);
}

function lastOf<T>(path: string): Kept<T> {
  return (last.get(path) as Kept<T> | undefined) ?? nothing(path);
}

/**
 * Reads a path now and again every five seconds, while the tab is seen and `isLive` of the answer says so; a list that has
 * not changed is answered with 304. The second value reads at once.
 */
export function useLive<T>(path: string, isLive: (data: T) => boolean = always): [Live<T>, () => void] {
  const [kept, keep] = useState<Kept<T>>(() => lastOf(path));
  const [round, setRound] = useState(0);
  useEffect(() => {
    const keepOfPath: Keep<T> = (change) => keep((old) => change(old.path === path ? old : lastOf(path)));
    return follow(path, isLive, keepOfPath);
  }, [path, round]);
  return [kept.path === path ? kept : lastOf(path), () => setRound((old) => old + 1)];
}

const always = () => true;

/** Returns what ends it. */
function follow<T>(path: string, isLive: (data: T) => boolean, keep: Keep<T>): () => void {
  let isOver = false;
  let isWanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let etag = lastOf<T>(path).etag;
  const readOnce = async () => {
    const response = await call(path, etag === undefined ? {} : { headers: { 'if-none-match': etag } });
    const raw: unknown = response.status === 304 ? undefined : await response.json();
    const data = raw === undefined ? undefined : (clean(raw) as T);
    if (isOver) return;
    etag = response.headers.get('etag') ?? undefined;
    if (data !== undefined) isWanted = isLive(data);
    keep((old) => {
      const now = { ...nothing<T>(path), data: data ?? old.data, raw: raw ?? old.raw, at: Date.now(), etag };
      remember(now);
      return now;
    });
  };
  const fail = (error: unknown) => {
    const status = error instanceof ApiError ? error.status : 0;
    // What is not there, or not allowed, does not change by itself.
    isWanted = status < 400 || status >= 500 || status === 429;
    if (!isOver) keep((old) => ({ ...old, trouble: messageOf(error), status }));
  };
  const read = async () => {
    clearTimeout(timer);
    if (document.hidden || isOver || !isWanted) return;
    await readOnce().catch(fail);
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(read, EVERY_MS);
  };
  document.addEventListener('visibilitychange', read);
  void read();
  return () => {
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', read);
  };
}
