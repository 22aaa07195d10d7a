/** A table, topic, bucket or secret cannot do what was asked. `cause` has the SDK's error. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
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
