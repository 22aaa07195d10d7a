/** What a simulator has seen since it started or was reset. Control requests do not count. */
export type Stats = {
  requests: number;
  /** By operation; `unknown` for APIGW.0101. */
  byRoute: Record<string, number>;
  /** By HTTP status; `0` for exchanges without an answer (hangs, resets). */
  byStatus: Record<string, number>;
  /** Requests that a fault rule hit. */
  faults: number;
  peakInFlight: number;
  /** The busiest second, by the simulator's clock. */
  peakPerSecond: number;
  /** TCP connections accepted. */
  connections: number;
};

const empty = (): Stats => ({
  requests: 0,
  byRoute: {},
  byStatus: {},
  faults: 0,
  peakInFlight: 0,
  peakPerSecond: 0,
  connections: 0,
});

/** Counts requests; a few additions each. */
export class StatsCounter {
  private stats = empty();
  private inFlight = 0;
  private second = { number: 0, count: 0 };

  begin(route: string, nowMs: number): void {
    const { stats } = this;
    stats.requests++;
    stats.byRoute[route] = (stats.byRoute[route] ?? 0) + 1;
    stats.peakInFlight = Math.max(stats.peakInFlight, ++this.inFlight);
    const number = Math.floor(nowMs / 1_000);
    if (number !== this.second.number) this.second = { number, count: 0 };
    stats.peakPerSecond = Math.max(stats.peakPerSecond, ++this.second.count);
  }

  end(status: number): void {
    this.inFlight--;
    this.stats.byStatus[status] = (this.stats.byStatus[status] ?? 0) + 1;
  }

  fault(): void {
    this.stats.faults++;
  }

  connection(): void {
    this.stats.connections++;
  }

  read(): Stats {
    return structuredClone(this.stats);
  }

  reset(): void {
    this.stats = empty();
  }
}
