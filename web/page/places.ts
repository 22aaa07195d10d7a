import { useLayoutEffect } from 'preact/hooks';

/** Where the reader was in each view, by its address; `going` while a link or form leads to another view. */
const places = new Map<string, number>();
let isGoing = false;

addEventListener('scroll', () => places.set(location.hash, scrollY), { passive: true });
addEventListener('click', ({ target }) => {
  if (target instanceof Element && target.closest('a[href^="#"]')) isGoing = true;
});
// The page has drawn the old view again before the browser could know how long it is.
history.scrollRestoration = 'manual';

/** Shows another view. */
export function go(address: string): void {
  isGoing = true;
  location.hash = address;
}

/** A view that is gone to begins at its top; back and forward lead to where the reader was. */
export function usePlace(address: string): void {
  useLayoutEffect(() => {
    scrollTo(0, isGoing ? 0 : (places.get(location.hash) ?? 0));
    isGoing = false;
  }, [address]);
}
