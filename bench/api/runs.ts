import type { BareKind } from './bare-registrations.ts';

/** The servers that are compared. */
export type Kind = 'ours' | BareKind;
export const KINDS: Kind[] = ['ours', 'same_calls', 'one_put'];
export const NAMES: Record<Kind, string> = {
  ours: 'our API',
  same_calls: 'bare node:http, same three calls',
  one_put: 'bare node:http, one put',
};

/** Tasks registered a second, the same by the CPU of the server's process, and how long the slowest hundredth took. */
export type Run = { perS: number; perCpuS: number; p99Ms: number };
export type RouteRuns = { path: string; perRequest: number; runs: Record<Kind, Run[]> };
