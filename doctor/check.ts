import { explainError } from './explain-error.ts';

/** What one check found about one thing; `fix` says what to do about a warning or failure. */
export type Finding =
  | { check: string; level: 'ok'; message: string }
  | { check: string; level: 'warn' | 'fail'; message: string; fix: string };

/** A question to the deployment. What it throws counts as a failure of this check, and of no other. */
export type Check = { name: string; run(): Promise<Finding[]> };

/** It works. */
export function ok(check: string, message: string): Finding {
  return { check, level: 'ok', message };
}

/** It works, but somebody should know. */
export function warn(check: string, message: string, fix: string): Finding {
  return { check, level: 'warn', message, fix };
}

/** Somebody is not served until it is mended. */
export function fail(check: string, message: string, fix: string): Finding {
  return { check, level: 'fail', message, fix };
}

/** Runs checks side by side; the findings come in the order of the checks. Never throws. */
export async function runChecks(checks: readonly Check[]): Promise<Finding[]> {
  const findings = await Promise.all(checks.map(runCheck));
  return findings.flat();
}

async function runCheck({ name, run }: Check): Promise<Finding[]> {
  try {
    return await run();
  } catch (error) {
    const { message, fix } = explainError(error);
    return [fail(name, message, fix)];
  }
}
