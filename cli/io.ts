/** Time as the client sees it; tests bring their own. */
export type Clock = {
  now(): number;
  /** Ends early, without an error, when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export type Output = {
  write(text: string | Uint8Array): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
};

/** How long the client waits for what, in milliseconds. */
export type Patience = {
  /** A connection that says nothing for this long is broken; a request that the service holds gets its own time on top. */
  silenceMs: number;
  /** Without any answer for this long, the service cannot be reached. */
  giveUpMs: number;
  /** Before the second try; each further pause doubles. */
  firstPauseMs: number;
  longestPauseMs: number;
  /** How long the service may hold an answer until a task ends. */
  holdMs: number;
  /** Between two questions about a task, for each task: 10 questions a second in all, as a deployed API takes by default. */
  spreadMs: number;
  /** A redraw of the table, at a terminal. */
  redrawMs: number;
  /** Elsewhere, a line that the client still waits, after so long without another. */
  quietMs: number;
};

export const PATIENCE: Patience = {
  silenceMs: 10_000,
  giveUpMs: 120_000,
  firstPauseMs: 250,
  longestPauseMs: 8_000,
  holdMs: 20_000,
  spreadMs: 100,
  redrawMs: 1_000,
  quietMs: 60_000,
};

/** All that a command touches outside of itself. */
export type Io = {
  /** Results. */
  stdout: Output;
  /** Progress, notes and errors. */
  stderr: Output;
  stdin: AsyncIterable<Uint8Array> & { isTTY?: boolean };
  env: Record<string, string | undefined>;
  clock: Clock;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  patience: Patience;
};

/** The reason with which a command ends after Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Sleeps, and throws `Interrupted` when Ctrl-C came. */
export async function pause({ clock, signal }: Pick<Io, 'clock' | 'signal'>, ms: number): Promise<void> {
  await clock.sleep(ms, signal);
  if (signal.aborted) throw new Interrupted();
}
