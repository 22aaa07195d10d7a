import { randomInt } from 'node:crypto';
import type { HuaweiStarts, StartAnswer } from '../huawei/starts.ts';
import type { Clock, Log, PendingTaskStore, TaskResultStore } from '../tasks/ports.ts';
import type { PlannedTask, StartIntent, StartIntentStore, StartOrder, StartState } from '../tasks/start.ts';
import type { PendingTask, TaskError } from '../tasks/task.ts';

/** A start that was asked for. `file` is an import's. */
export type StartRequest = {
  key: string;
  fingerprint: string;
  order: StartOrder;
  task: PlannedTask;
  file?: Uint8Array;
};

/** How a request to start something ended. */
export type StartEnd =
  /** `isNew` is false where the same request had started it before. */
  | { kind: 'watched'; taskId: string; isNew: boolean }
  /** Huawei has begun nothing, and the key is free. `busy`: it had other things to do for all of the request's time. */
  | { kind: 'refused'; error: TaskError; blames: Blame; retryAfterMs?: number }
  | { kind: 'key_reused' }
  | { kind: 'under_way'; retryAfterMs: number }
  /** The answer to an import was lost: nobody starts it again. */
  | { kind: 'unknown'; error: TaskError; createdAtMs: number; title?: string; groupId?: string }
  /** The answers to an export were lost: the next request with the key, or the heartbeat, starts it again. */
  | { kind: 'unanswered'; error: TaskError };

/** Why nothing began: the request, what stands between it and the gateway, or that the gateway was busy. */
type Blame = 'request' | 'upstream' | 'busy';

export type StartsDeps = {
  intents: StartIntentStore;
  huawei: HuaweiStarts;
  pending: Pick<PendingTaskStore, 'register' | 'remove'>;
  results: Pick<TaskResultStore, 'get'>;
  /** After each registration: the task may be polled in a moment. `atMs` is when it was registered. */
  wakePoller?(atMs: number): Promise<void> | void;
  clock: Clock;
  log: Log;
  /** For all that one request does at Huawei. Default 20 s: API Gateway ends a request at 30 s. */
  budgetMs?: number;
};

/** Starts imports and exports, at most one task for each key. */
export type Starts = {
  start(request: StartRequest): Promise<StartEnd>;
  /**
   * What a heartbeat does until `untilMs` (epoch milliseconds): finishes the starts of processes that died, and looks for
   * the groups of lost imports. Whoever called Huawei before `deadBeforeMs` is dead: for a process that is alone at its
   * start. Never throws for the trouble of one of them.
   */
  resume(untilMs: number, deadBeforeMs?: number): Promise<void>;
};

/** How long the same request gets the same task. */
const KEY_LIFETIME_MS = 24 * 3_600_000;
/** Longer than any request lives, so that an intent is taken over from a dead process only. */
const LEASE_MS = 60_000;
/** A call that would have less time than this is not made. */
const LEAST_CALL_MS = 500;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const OPEN_AT_ONCE = 25;
/** An import that has not made its group by then makes none. */
const SEARCHED_FOR_MS = 10 * 60_000;
const RETRY_AFTER_MS = 5_000;

/**
 * An intent is written on condition before Huawei is called, and completed after it, so that whatever dies in between is
 * found: an export is started again, because it reads only; an import is not, and its caller hears that its end is
 * unknown. Each change is on condition that the intent was not changed by another process.
 */
export function createStarts(deps: StartsDeps): Starts {
  const { intents, clock, log, budgetMs = 20_000 } = deps;

  const start = async (request: StartRequest): Promise<StartEnd> => {
    const { file, ...wanted } = request;
    const nowMs = clock.now();
    const state: StartState = { kind: 'calling', untilMs: nowMs + LEASE_MS };
    const intent = {
      ...wanted,
      state,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + KEY_LIFETIME_MS,
      version: firstVersion(),
    };
    const claimed = await intents.claim(intent);
    if (claimed.kind === 'claimed') return callHuawei(deps, intent, { file, untilMs: nowMs + budgetMs });
    if (claimed.intent.fingerprint !== request.fingerprint) return { kind: 'key_reused' };
    return goOn(deps, claimed.intent, nowMs + budgetMs);
  };

  const resume = async (untilMs: number, deadBeforeMs = 0): Promise<void> => {
    for (const intent of await intents.listOpen(OPEN_AT_ONCE)) {
      if (clock.now() >= untilMs) return;
      try {
        await goOn(deps, buried(intent, deadBeforeMs), Math.min(untilMs, clock.now() + budgetMs));
      } catch (error) {
        log.error('a start cannot be finished', { key: intent.key, error: String(error) });
      }
    }
  };

  return { start, resume };
}

/** Does what is left to do for an intent that was there already. */
async function goOn(deps: StartsDeps, intent: StartIntent, untilMs: number): Promise<StartEnd> {
  const { state } = intent;
  const nowMs = deps.clock.now();
  switch (state.kind) {
    case 'watched':
      return { kind: 'watched', taskId: state.taskId, isNew: false };
    case 'started':
      return register(deps, intent, { taskId: state.taskId, isNew: false });
    case 'unknown':
      return lookForGroup(deps, intent);
    case 'calling':
      if (nowMs < state.untilMs) return { kind: 'under_way', retryAfterMs: RETRY_AFTER_MS };
      return takeOver(deps, intent, untilMs);
  }
}

/** Whoever called Huawei has died, before the call, during it or after it. */
async function takeOver(deps: StartsDeps, intent: StartIntent, untilMs: number): Promise<StartEnd> {
  if (intent.order.type === 'import_api') return giveUp(deps, intent, NOBODY_ANSWERED);
  if (deps.clock.now() >= intent.task.deadlineAtMs)
    return refuse(deps, intent, { error: TOO_LATE, blames: 'upstream' });
  const next = moved(intent, { kind: 'calling', untilMs: deps.clock.now() + LEASE_MS });
  if (await deps.intents.replace(next)) return callHuawei(deps, next, { file: undefined, untilMs });
  return { kind: 'under_way', retryAfterMs: RETRY_AFTER_MS };
}

const NOBODY_ANSWERED: TaskError = {
  code: 'START_INTERRUPTED',
  message: 'the process that started the import ended before it noted the answer of Huawei Cloud',
};

const TOO_LATE: TaskError = {
  code: 'DEADLINE',
  message: 'Huawei Cloud has not answered the start of this export before its deadline',
};

type Call = { file: Uint8Array | undefined; untilMs: number };

/** Calls Huawei until it starts or refuses, as far as the time goes. */
async function callHuawei(deps: StartsDeps, intent: StartIntent, call: Call): Promise<StartEnd> {
  for (let attempt = 0; ; attempt++) {
    const answer = await callOnce(deps, intent, call);
    if (answer.kind === 'started') return noteStarted(deps, intent, answer.taskId);
    if (answer.kind === 'refused') return refuse(deps, intent, answer);
    if (answer.kind === 'lost' && intent.order.type === 'import_api') return giveUp(deps, intent, answer.error);
    const pauseMs = pauseAfter(answer, attempt);
    if (deps.clock.now() + pauseMs + LEAST_CALL_MS > call.untilMs) return stop(deps, intent, { answer, pauseMs });
    await deps.clock.sleep(pauseMs);
  }
}

function callOnce({ huawei, clock }: StartsDeps, { order, task }: StartIntent, call: Call): Promise<StartAnswer> {
  const timeoutMs = Math.max(LEAST_CALL_MS, call.untilMs - clock.now());
  return huawei.start(order, task, { ...(call.file && { file: call.file }), timeoutMs });
}

type Passing = Extract<StartAnswer, { kind: 'busy' | 'lost' }>;

function pauseAfter(answer: Passing, attempt: number): number {
  const asked = answer.kind === 'busy' ? answer.retryAfterMs : undefined;
  return asked ?? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
}

/** The time is up. What was busy has begun nothing; an export without an answer is left to whoever comes next. */
async function stop(
  deps: StartsDeps,
  intent: StartIntent,
  last: { answer: Passing; pauseMs: number },
): Promise<StartEnd> {
  const { error, kind } = last.answer;
  if (kind === 'busy') {
    return refuse(deps, intent, { error, blames: 'busy', retryAfterMs: Math.max(last.pauseMs, RETRY_AFTER_MS) });
  }
  await deps.intents.replace(moved(intent, { kind: 'calling', untilMs: deps.clock.now() }));
  return { kind: 'unanswered', error };
}

/** Nothing has begun: the key is free again, unless another process has gone on with it. */
async function refuse(
  deps: StartsDeps,
  intent: StartIntent,
  refusal: { error: TaskError; blames: Blame; retryAfterMs?: number },
): Promise<StartEnd> {
  const { error, blames, retryAfterMs } = refusal;
  const isRemoved = await deps.intents.remove(intent);
  if (!isRemoved) return { kind: 'under_way', retryAfterMs: RETRY_AFTER_MS };
  return { kind: 'refused', error, blames, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Notes the id, whoever asked for it: the first one to be noted is the key's task. */
async function noteStarted(deps: StartsDeps, intent: StartIntent, taskId: string): Promise<StartEnd> {
  const next = moved(intent, { kind: 'started', taskId });
  if (await deps.intents.replace(next)) return register(deps, next, { taskId, isNew: true });
  const current = await deps.intents.get(intent.key);
  // Taken over, refused and forgotten: the task runs all the same, so the key has it.
  if (current === undefined) {
    const claimed = await deps.intents.claim(next);
    return claimed.kind === 'claimed'
      ? register(deps, next, { taskId, isNew: true })
      : noteStarted(deps, claimed.intent, taskId);
  }
  const { state } = current;
  if (state.kind === 'started' || state.kind === 'watched') return goOn(deps, current, deps.clock.now());
  return noteStarted(deps, current, taskId);
}

/** Registers the task, and closes the intent after that. */
async function register(
  deps: StartsDeps,
  intent: StartIntent,
  { taskId, isNew }: { taskId: string; isNew: boolean },
): Promise<StartEnd> {
  await watch(deps, { ...intent.task, taskId });
  // False: another process has closed it.
  await deps.intents.replace(moved(intent, { kind: 'watched', taskId }));
  return { kind: 'watched', taskId, isNew };
}

/** A task that has ended stays ended: its row was deleted after its result was published. */
async function watch({ pending, results, wakePoller }: StartsDeps, task: PendingTask): Promise<void> {
  if ((await results.get(task.taskId)) !== undefined) return;
  await pending.register(task);
  await wakePoller?.(task.registeredAtMs);
  if ((await results.get(task.taskId)) !== undefined) await pending.remove(task.taskId);
}

/** An import whose answer is lost is not started again. */
async function giveUp(deps: StartsDeps, intent: StartIntent, error: TaskError): Promise<StartEnd> {
  const next = moved(intent, { kind: 'unknown', error, isSearched: false });
  if (await deps.intents.replace(next)) {
    deps.log.warn('the answer to an import was lost', { key: intent.key, label: intent.task.label, error });
    return lookForGroup(deps, next);
  }
  const current = await deps.intents.get(intent.key);
  if (current === undefined) return { kind: 'under_way', retryAfterMs: RETRY_AFTER_MS };
  return goOn(deps, current, deps.clock.now());
}

/** A group of the file's title that was made since shows that the import has begun, and where to look. */
async function lookForGroup(deps: StartsDeps, intent: StartIntent): Promise<StartEnd> {
  const { order, createdAtMs, state } = intent;
  if (state.kind !== 'unknown') return goOn(deps, intent, deps.clock.now());
  const title = order.type === 'import_api' ? order.title : undefined;
  const end = { kind: 'unknown', error: state.error, createdAtMs, ...(title !== undefined && { title }) } as const;
  if (state.groupId !== undefined) return { ...end, groupId: state.groupId };
  const groupId = await findGroup(deps, intent);
  const isSearched = groupId !== undefined || deps.clock.now() - createdAtMs > SEARCHED_FOR_MS;
  if (isSearched && !state.isSearched) {
    await deps.intents.replace(moved(intent, { ...state, isSearched, ...(groupId !== undefined && { groupId }) }));
  }
  return { ...end, ...(groupId !== undefined && { groupId }) };
}

async function findGroup({ huawei, log }: StartsDeps, { order, task, createdAtMs }: StartIntent) {
  if (order.type !== 'import_api' || order.title === undefined || order.fields.is_create_group === 'false') return;
  const lookup = await huawei.findGroup(task, order.title, createdAtMs);
  if (lookup.kind === 'failed') log.warn('the group of a lost import cannot be looked up', { error: lookup.error });
  return lookup.kind === 'found' ? lookup.groupId : undefined;
}

/** An intent as it is once its caller is known to be dead. */
function buried(intent: StartIntent, deadBeforeMs: number): StartIntent {
  const { state } = intent;
  const isDead = state.kind === 'calling' && state.untilMs - LEASE_MS < deadBeforeMs;
  return isDead ? { ...intent, state: { kind: 'calling', untilMs: 0 } } : intent;
}

/** No two intents of a key, one after the other, share a version. */
const firstVersion = (): number => randomInt(2 ** 40);

function moved(intent: StartIntent, state: StartState): StartIntent {
  return { ...intent, state, version: intent.version + 1 };
}
