import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Problem, problemKind, readTask, type Task } from './answers.ts';
import { EXIT, Stop, wrongUsage } from './exit.ts';
import { Interrupted } from './io.ts';
import type { Request } from './request.ts';
import type { Called, Service } from './service.ts';
import { expectValue, registrationOf, type Session, textFields } from './session.ts';
import { oneLine } from './text.ts';
import { inOptions } from './words.ts';

const MOST_BYTES = 12_000_000;
/** API Gateway takes no more than 6 MB; the service unpacks what is gzip. */
const PACK_FROM_BYTES = 1_000_000;

/** Starts the import of a file. Throws `Stop`. */
export async function startImport(session: Session, untilMs: number): Promise<Task> {
  const { values, args } = session;
  const [file = ''] = args;
  const form = new FormData();
  const fields = {
    is_create_group: String(!values.has('group-id')),
    ...textFields(values, ['group-id', 'api-mode', 'extend-mode', 'publish-to']),
    ...Object.fromEntries(
      ['simple-mode', 'mock-mode'].flatMap((name) => (values.has(name) ? [[name.replace('-', '_'), 'true']] : [])),
    ),
    ...registrationOf(values),
  };
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  form.set('file_name', new Blob([await readDefinition(file)]), path.basename(file));
  return start(session, { path: '/imports', body: form }, untilMs);
}

/** Starts the export of a group. Throws `Stop`. */
export function startExport(session: Session, untilMs: number): Promise<Task> {
  const { values } = session;
  for (const name of ['group-id', 'env-id']) {
    if (!values.has(name)) throw wrongUsage(`apig-tasks export needs --${name}.`);
  }
  const body = {
    ...textFields(values, ['group-id', 'env-id', 'define', 'type', 'version', 'oas-version']),
    ...(values.has('api') && { apis: values.texts('api') }),
    ...registrationOf(values),
  };
  return start(session, { path: '/exports', body }, untilMs);
}

async function readDefinition(file: string): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Buffer<ArrayBuffer>;
  try {
    if (statSync(file).size > MOST_BYTES)
      throw wrongUsage(`${file} has more than 12 MB, which is the most that Huawei Cloud takes.`);
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw wrongUsage(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
  if (bytes.length === 0) throw wrongUsage(`${file} is empty.`);
  if (bytes.length < PACK_FROM_BYTES) return bytes;
  const { gzipSync } = await import('node:zlib');
  return gzipSync(bytes);
}

/** One key for all tries, so that however many of them arrive, at most one task is started. */
async function start(session: Session, request: Pick<Request, 'path' | 'body'>, untilMs: number): Promise<Task> {
  const { service, values, note } = session;
  const idempotencyKey = values.text('idempotency-key') ?? crypto.randomUUID();
  try {
    const called = await service.call(
      { method: 'POST', idempotencyKey, ...request },
      { read: ({ json }) => readTask(json), judge: judgeStart, untilMs, holdMs: session.io.patience.holdMs },
    );
    const task = expectStarted(called, service);
    noteWarnings(task, note);
    return task;
  } catch (error) {
    if (isOpen(error))
      note(
        `Whether it was started is not known; the same command with --idempotency-key ${idempotencyKey} finds out and starts nothing twice.`,
      );
    throw error;
  }
}

function expectStarted(called: Called<Task>, service: Service): Task {
  const isEnd = called.kind === 'refused' || called.kind === 'unreachable';
  const kind = isEnd ? problemKind(called.problem) : undefined;
  if (isEnd && kind === 'start-unknown') {
    throw new Stop(EXIT.unreachable, inOptions(String(called.problem?.detail)), called.problem);
  }
  if (called.kind === 'unreachable' && kind === 'start-refused') {
    throw new Stop(EXIT.refused, inOptions(called.reason), called.problem);
  }
  // Its row is lost, so the key cannot find out what became of the start.
  return expectValue(called, service, kind === 'unreadable-start' ? EXIT.unreachable : EXIT.refused);
}

function isOpen(error: unknown): boolean {
  if (!(error instanceof Stop)) return error instanceof Interrupted;
  return error.code === EXIT.unreachable && problemKind(error.problem as Problem | undefined) !== 'unreadable-start';
}

/** Another request with the same key is under way, or the service still finds out what became of it. */
const PASSING = ['start-under-way', 'start-unknown', 'start-unanswered'];

/** A 503 of Huawei's passes; its 502 names credentials or permissions that do not mend themselves. */
function judgeStart(status: number, problem: Problem | undefined): 'again' | 'refused' | undefined {
  const kind = problemKind(problem);
  // Its group was found, so the service has nothing more to find out.
  if (kind === 'start-unknown' && problem?.group_id !== undefined) return 'refused';
  if (kind !== undefined && PASSING.includes(kind)) return 'again';
  return kind === 'start-refused' && status !== 503 ? 'refused' : undefined;
}

function noteWarnings({ warnings }: Task, note: Session['note']): void {
  if (!Array.isArray(warnings)) return;
  for (const warning of warnings) note(`note: ${oneLine(String(warning))}`);
}
