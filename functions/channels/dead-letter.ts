/** A queue record that nobody can deliver. */
export type DeadRecord = {
  body: string;
  /** String attributes to keep; `channel` makes a later redrive go to that channel alone. */
  attributes: Record<string, string>;
};

/** Where a record goes that no retry can help. Throws `StoreError` when it cannot be put there. */
export interface DeadLetter {
  /** `reason` is for the person who finds it; it never holds an address or a secret. */
  send(record: DeadRecord, reason: string): Promise<void>;
}
