/** Milliseconds after which nobody is taken to be reading any more. */
const QUIET_MS = 15_000;

let lastSignMs = Number.NEGATIVE_INFINITY;
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart', 'scroll'];
for (const sign of SIGNS) addEventListener(sign, () => (lastSignMs = performance.now()), { passive: true });

/** Whether somebody may be looking at a place of the list, which must not move then. */
export function isReading(): boolean {
  if (scrollY > 0 || performance.now() - lastSignMs < QUIET_MS) return true;
  const selection = getSelection();
  if (selection !== null && !selection.isCollapsed) return true;
  return document.activeElement?.closest('table') != null;
}
