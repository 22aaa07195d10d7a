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

/** Locks a name for `lockMs` after `limit` failures in a row; a success clears the count. */
export class Lockout {
  private readonly entries = new Map<string, { failures: number; lockedUntilMs: number }>();
  private readonly rule: { limit: number; lockMs: number };

  constructor(rule: { limit: number; lockMs: number }) {
    this.rule = rule;
  }

  isLocked(name: string, nowMs: number): boolean {
    return (this.entries.get(name)?.lockedUntilMs ?? 0) > nowMs;
  }

  fail(name: string, nowMs: number): void {
    const failures = (this.entries.get(name)?.failures ?? 0) + 1;
    const isOver = failures >= this.rule.limit;
    this.entries.set(name, { failures: isOver ? 0 : failures, lockedUntilMs: isOver ? nowMs + this.rule.lockMs : 0 });
  }

  succeed(name: string): void {
    this.entries.delete(name);
  }

  clear(): void {
    this.entries.clear();
  }
}
