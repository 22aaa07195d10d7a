import type { BareKind } from './bare-registrations.ts';

/** The servers that are compared. */
export type Kind = 'ours' | 'on_dynalite' | BareKind;
export const KINDS: Kind[] = ['ours', 'on_dynalite', 'same_calls', 'one_put'];
export const NAMES: Record<Kind, string> = {
  ours: 'our API on SQLite, synced',
  on_dynalite: 'our API on dynalite, in memory',
  same_calls: 'bare node:http on dynalite, same three calls',
  one_put: 'bare node:http on dynalite, one put',
};

/** Tasks registered a second, the same by the CPU of the server's process, and how long the slowest hundredth took. */
export type Run = { perS: number; perCpuS: number; p99Ms: number };
export type RouteRuns = { path: string; perRequest: number; runs: Record<Kind, Run[]> };
