const DAY_MS = 86_400_000;

/**
 * The milliseconds that `Retry-After` asks for, in seconds or as an HTTP date (RFC 9110, 10.2.3), between 0 and a day.
 * `undefined` where the header is absent or says neither.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : dateOf(text) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), DAY_MS);
}

/** Only what looks like a date: `Date.parse` would take `-5` for a month. */
function dateOf(text: string): number {
  return /^[A-Z][a-z]+,? .*\d{2}:\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
}
