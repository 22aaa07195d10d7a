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

/** A pending task is stored in a row that cannot be read: only removing it helps. `reason` holds no value of the row. */
export class UnreadableTaskError extends StoreError {
  readonly taskId: string;
  readonly reason: string;
  constructor(taskId: string, { table, reason }: { table: string; reason: string }) {
    super(`Row ${taskId} of table ${table} cannot be read: ${reason}`);
    this.taskId = taskId;
    this.reason = reason;
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
