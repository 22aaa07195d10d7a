/** A table, topic, bucket or secret cannot do what was asked. `cause` has the SDK's error. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  /** The store has logged it, once for many: whoever catches it need not. */
  readonly isReported: boolean;
  constructor(message: string, { isReported = false, ...options }: ErrorOptions & { isReported?: boolean } = {}) {
    super(message, options);
    this.isReported = isReported;
  }
}

type UnreadableRow = { table: string; reason: string; holds: 'task' | 'result' };

/** A pending task or result is stored in a row that cannot be read: only removing it helps. `reason` has no value of the row. */
export class UnreadableTaskError extends StoreError {
  readonly taskId: string;
  readonly reason: string;
  readonly holds: UnreadableRow['holds'];
  constructor(taskId: string, { table, reason, holds }: UnreadableRow) {
    super(`Row ${taskId} of table ${table} cannot be read: ${reason}`);
    this.taskId = taskId;
    this.reason = reason;
    this.holds = holds;
  }
}

/** For `catch`: that a row cannot be read is expected there, and everything else is thrown on. */
export function orUnreadable(error: unknown): 'unreadable' {
  if (error instanceof UnreadableTaskError) return 'unreadable';
  throw error;
}

/** What is known of a start is stored in a row that cannot be read: its key is of no use until it expires. */
export class UnreadableStartError extends StoreError {
  constructor(key: string, table: string) {
    super(`Row ${key} of table ${table} cannot be read`);
  }
}

/** The configuration is incomplete or wrong. Lists every problem at once, and never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n- ${problems.join('\n- ')}`);
    this.problems = problems;
  }
}
