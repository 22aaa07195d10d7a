export type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds';
/** Where numbers go: Powertools' EMF in AWS, nothing or a counter locally. */
export interface MetricSink {
  add(name: string, value: number, unit?: MetricUnit): void;
}

/** Structured log lines; never given a secret. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
