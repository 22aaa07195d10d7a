/** Ours, and what one would write instead. */
export const WAYS = ['handler', 'floor', 'sdk', 'fetch', 'sequential'] as const;
export type Way = (typeof WAYS)[number];

export const NAMES: Record<Way, string> = {
  handler: 'our poll handler (scan, sign, poll, parse)',
  floor: 'floor: bare undici, GET and JSON.parse',
  sdk: 'official SDK core (axios) with p-limit',
  fetch: 'built-in fetch with p-limit',
  sequential: 'built-in fetch, one after the other',
};
