import { useEffect, useState } from 'preact/hooks';
import { callJson, messageOf } from './api.ts';

/** An answer that is read once; `undefined` until it is there. */
export function useOnce<T>(path: string): { data?: T; trouble?: string } {
  const [kept, keep] = useState<{ path: string; data?: T; trouble?: string }>({ path });
  useEffect(() => {
    let isOver = false;
    callJson<T>(path).then(
      (data) => isOver || keep({ path, data }),
      (error: unknown) => isOver || keep({ path, trouble: messageOf(error) }),
    );
    return () => {
      isOver = true;
    };
  }, [path]);
  return kept.path === path ? kept : {};
}
