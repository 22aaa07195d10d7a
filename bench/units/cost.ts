/** On-demand prices of us-east-1, in dollars a unit (AWS price list, since November 2024). */
const WRITE_PRICE = 0.625e-6;
const READ_PRICE = 0.125e-6;
const DAYS = 30;

/** How tasks come: `watchedS` is how long one is pending, `rowBytes` its row, `polls` how often it is asked for. */
export type Load = { tasksPerDay: number; watchedS: number; rowBytes: number; polls: number };
export type Reading = 'all pending rows' | 'due rows';

/** Dollars a month for one table's requests: the writes of every life, and a sweep a second while anything is pending. */
export function monthlyCost(load: Load, writeUnits: number, reading: Reading): number {
  const writes = load.tasksPerDay * DAYS * writeUnits;
  const pending = (load.tasksPerDay / 86_400) * load.watchedS;
  const due = (load.tasksPerDay / 86_400) * load.polls;
  const rows = reading === 'due rows' ? due : pending;
  const unitsPerSweep = Math.max(0.5, (rows * load.rowBytes) / 8_192);
  const busyShare = 1 - Math.exp(-pending);
  return writes * WRITE_PRICE + unitsPerSweep * busyShare * 86_400 * DAYS * READ_PRICE;
}
