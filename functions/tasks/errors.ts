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

/** The configuration is incomplete or wrong. Lists every problem at once, and never a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n- ${problems.join('\n- ')}`);
    this.problems = problems;
  }
}
