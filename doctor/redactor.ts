/** Takes secrets out of text before it is printed, whoever put them there. */
export type Redactor = {
  /** Remembers values that must not be shown; anything but strings of 6 characters and more is passed over. */
  hold(values: readonly unknown[]): void;
  redact(text: string): string;
};

const SHORTEST = 6;

/** The last line of defence: no check prints a secret, but Huawei, a proxy or an SDK might quote one in an error. */
export function createRedactor(): Redactor {
  const held = new Set<string>();
  return {
    hold(values) {
      for (const value of values) if (typeof value === 'string' && value.length >= SHORTEST) held.add(value);
    },
    redact(text) {
      const longestFirst = [...held].sort((a, b) => b.length - a.length);
      return longestFirst.reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
    },
  };
}
