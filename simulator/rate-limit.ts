/** Counts requests per project and second, and refuses those past the limit. Refused requests count too, as they do upstream. */
export class RateLimit {
  private readonly limits = new Map<string, number | undefined>();
  private readonly windows = new Map<string, { second: number; count: number }>();
  private readonly defaultLimit: number | undefined;

  constructor(defaultLimit: number | undefined) {
    this.defaultLimit = defaultLimit;
  }

  /** Requests a second for one project; undefined takes the limit away. */
  set(projectId: string, perSecond: number | undefined): void {
    this.limits.set(projectId, perSecond);
  }

  /** The limit that was hit, or undefined when the request may pass. */
  exceeded(projectId: string, nowMs: number): number | undefined {
    const limit = this.limits.has(projectId) ? this.limits.get(projectId) : this.defaultLimit;
    if (limit === undefined) return undefined;
    const count = this.count(projectId, Math.floor(nowMs / 1_000));
    return count > limit ? limit : undefined;
  }

  reset(): void {
    this.limits.clear();
    this.windows.clear();
  }

  private count(projectId: string, second: number): number {
    const window = this.windows.get(projectId);
    if (window?.second === second) return ++window.count;
    this.windows.set(projectId, { second, count: 1 });
    return 1;
  }
}
