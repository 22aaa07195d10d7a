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
