import { blamesProfile, type HelpContext, helpFor } from './codes.ts';
import { canWatchAgain, type FailedApi, type TaskResult, watchAgainHelp } from './result.ts';
import { lineOf } from './safe-text.ts';

/** UTF-16 units of a name in a sentence: advice goes into messages that have little room. */
const MAX_NAME = 64;

/** Failures of one kind: the same code, about the same parameter if the text names one. */
export type FailureGroup = { code: string; parameter?: string; count: number };

/** Of a code or message: thousands of failures with a megabyte each are grouped in no time. */
const LONGEST_READ = 1_000;

/** Failed APIs by kind, the largest group first; of two that are as large, the one that came first. */
export function groupFailures(failures: readonly FailedApi[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { error_code, error_msg } of failures) {
    const code = typeof error_code === 'string' ? error_code.slice(0, LONGEST_READ) : 'UNKNOWN';
    const parameter = parameterOf(error_msg);
    const key = `${code} ${parameter ?? ''}`;
    const known = groups.get(key);
    if (known) known.count++;
    else groups.set(key, { code, ...(parameter !== undefined && { parameter }), count: 1 });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** Huawei names the parameter as in `Invalid parameter value,parameterName:match_mode. Please …`. */
function parameterOf(message: unknown): string | undefined {
  if (typeof message !== 'string') return undefined;
  return /parameterName: ?([\w.[\]-]{1,100}?)\.?(?:\s|$)/.exec(message.slice(0, LONGEST_READ))?.[1];
}

/** What to do after an outcome, in sentences, and the call that watches again a task whose end is not known. None for a success. */
export function helpAfter(result: TaskResult, resultUrl: string): string[] {
  const step = stepAfter(result);
  const again = canWatchAgain(result.outcome) ? [watchAgainHelp(`POST ${resultUrl}/watch`)] : [];
  return step === undefined ? again : [step, ...again];
}

/** What to do after an outcome; undefined after a success. */
export function stepAfter(result: TaskResult): string | undefined {
  switch (result.outcome) {
    case 'succeeded':
      return undefined;
    case 'partially_succeeded':
      return result.summary.failed === 0 && result.summary.unpublished
        ? PUBLISH_BY_HAND
        : afterPartialImport(groupOf(result));
    case 'expired':
      return afterExpiry(result);
    default:
      return helpOf(result) ?? FALLBACK[result.outcome];
  }
}

const FALLBACK = {
  failed: 'Read the error, fix the definition or the request, and start a new import or export.',
  not_found: 'Check the task id, the gateway and the project: Huawei Cloud does not know this task.',
  rejected: 'Check the request, and the credentials and permissions of the profile.',
};

const PUBLISH_BY_HAND =
  'Every API was imported, and some could not be published: read their errors, and publish them in the Huawei Cloud console.';

/** The import made its group, or imported into one: a second import that makes the group fails with APIG.3201. */
export function afterPartialImport(groupId: string | undefined): string {
  const target = `is_create_group=false and group_id=${groupId ?? '(its group)'}`;
  return `Fix the failed APIs in the file and import it again with ${target}, because the group exists now. api_mode=merge keeps every API that is there, also a wrong one; api_mode=override replaces it.`;
}

function afterExpiry(result: TaskResult): string {
  const { error } = result;
  const profile = lineOf(result.profile, MAX_NAME);
  if (error === undefined || !blamesProfile(error.code)) return helpFor('DEADLINE') ?? '';
  return `Profile "${profile}" was refused until the deadline, so nobody knows how the task ended. ${helpOf(result)}`;
}

function helpOf(result: TaskResult): string | undefined {
  const code = result.error?.code ?? (result.result.kind === 'failure' ? result.result.error_code : undefined);
  return code === undefined ? undefined : helpFor(code, helpContext(result));
}

/** What is known beside a failure of this task. */
export function helpContext(result: TaskResult): HelpContext {
  const { outcome, taskType } = result;
  const profile = lineOf(result.profile, MAX_NAME);
  const groupId = groupOf(result);
  const start = taskType === 'export_api' ? 'export' : 'import';
  // A task that Huawei ended lacked what its start needs; an end of our watching lacked what a query needs.
  return { call: outcome === 'failed' ? start : 'query', profile, ...(groupId !== undefined && { groupId }) };
}

function groupOf({ summary, result }: TaskResult): string | undefined {
  const groupId = summary.group_id ?? (result.kind === 'import' ? result.group_id : undefined);
  return groupId === undefined ? undefined : lineOf(groupId, MAX_NAME);
}
