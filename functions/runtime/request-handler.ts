/** For every SDK client: a call that hangs must not eat the invocation, it is retried on another connection instead. */
export const requestHandler = { connectionTimeout: 2_000, requestTimeout: 8_000, throwOnRequestTimeout: true };
