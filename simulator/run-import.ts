import { checkApi } from './api-rules.ts';
import { type ApiError, apiErrors } from './errors.ts';
import { type Api, apiKey, type Gateway, type Group } from './gateway.ts';
import { newId } from './identifier.ts';
import { type Entry, readOpenApiFile } from './openapi-file.ts';
import { failedEnd, type TaskEnd } from './tasks.ts';

export type ImportModes = {
  apiMode: 'merge' | 'override';
  /** Backends are made up: none is asked for. */
  isBackendOptional: boolean;
};

/** An accepted import. No `groupId`: a new group named after the document's title. */
export type ImportOrder = { text: string; groupId?: string; modes: ImportModes };

const MAX_APIS_PER_IMPORT = 300;
const MAX_APIS_PER_GROUP = 1_000;
const GROUP_NAME = /^\p{L}[\p{L}\d\-_./(): ]{2,63}$/u;

/** Imports at once, so that imports take effect in the order they were accepted; the task reports it later. */
export function runImport(
  gateway: Gateway,
  order: ImportOrder,
  context: { nowMs: number; successStatus: string },
): TaskEnd {
  const file = readOpenApiFile(order.text);
  if ('code' in file) return failedEnd(file);
  const { title, entries } = file;
  if (entries.length > MAX_APIS_PER_IMPORT) return failedEnd(apiErrors.tooManyApisAtOnce(MAX_APIS_PER_IMPORT));
  if (entries.some(hasTokenHeader)) return failedEnd(apiErrors.invalid('X-Auth-Token'));
  const group = order.groupId ? gateway.group(order.groupId) : newGroup(gateway, title, context.nowMs);
  if (!group) return failedEnd(apiErrors.groupUnknown(order.groupId ?? ''));
  if ('code' in group) return failedEnd(group);
  return { status: context.successStatus, result: JSON.stringify(importAll(group, entries, order.modes)) };
}

/** Documented: a header parameter of this name makes an import fail, because Huawei's own token comes in it. */
const hasTokenHeader = ({ parameters }: Entry): boolean =>
  parameters.some((one) => one.in === 'header' && one.name.toLowerCase() === 'x-auth-token');

function newGroup(gateway: Gateway, name: string, nowMs: number): Group | ApiError {
  if (!GROUP_NAME.test(name)) return apiErrors.invalidTitle();
  return gateway.hasGroupNamed(name) ? apiErrors.groupNameExists() : gateway.createGroup(name, nowMs);
}

function importAll(group: Group, entries: Entry[], modes: ImportModes): object {
  const run = new EntryImport(group, modes);
  const results = entries.map((entry) => ({ entry, result: run.run(entry) }));
  const ignore = results.filter(({ result }) => result.kind === 'ignored').map(({ entry }) => endpointOf(entry));
  return {
    success: results.flatMap(({ entry, result }) => succeeded(entry, result)),
    failure: results.flatMap(({ entry, result }) => failed(entry, result)),
    swagger: { id: newId(), result: 'Success' },
    group_id: group.id,
    ...(ignore.length > 0 && { ignore }),
  };
}

const endpointOf = ({ method, path }: Entry): object => ({ method, path });

function succeeded(entry: Entry, result: EntryResult): object[] {
  return result.kind === 'success' ? [{ id: result.id, action: result.action, ...endpointOf(entry) }] : [];
}

function failed(entry: Entry, result: EntryResult): object[] {
  if (result.kind !== 'failure') return [];
  return [{ ...endpointOf(entry), error_code: result.error.code, error_msg: result.error.message }];
}

type EntryResult =
  | { kind: 'success'; id: string; action: 'create' | 'update' }
  | { kind: 'ignored' }
  | { kind: 'failure'; error: ApiError };

/** One import's run over one group: a name and an API of this file are taken for the rest of it. */
class EntryImport {
  private readonly seen = new Set<string>();
  private readonly group: Group;
  private readonly modes: ImportModes;

  constructor(group: Group, modes: ImportModes) {
    this.group = group;
    this.modes = modes;
  }

  /**
   * Creates or updates one API. Of two entries that clash the first wins; an API that exists is replaced with
   * `override` and left as it is, reported under `ignore`, with `merge`.
   */
  run(entry: Entry): EntryResult {
    const api = apiOf(entry);
    const key = apiKey(api);
    const error = checkApi(entry, this.modes.isBackendOptional) ?? this.clashOf(api, key);
    if (error) return { kind: 'failure', error };
    this.seen.add(key);
    const existing = this.group.apis.get(key);
    if (existing && this.modes.apiMode === 'merge') return { kind: 'ignored' };
    const id = existing?.id ?? api.id;
    this.group.apis.set(key, { ...api, id, publishedIn: existing?.publishedIn ?? api.publishedIn });
    return { kind: 'success', id, action: existing ? 'update' : 'create' };
  }

  private clashOf({ name }: Api, key: string): ApiError | undefined {
    const { apis } = this.group;
    if (this.seen.has(key)) return apiErrors.apiExists();
    if (apis.values().some((other) => other.name === name && apiKey(other) !== key)) return apiErrors.apiNameExists();
    return !apis.has(key) && apis.size >= MAX_APIS_PER_GROUP ? apiErrors.tooManyApisInGroup() : undefined;
  }
}

function apiOf({ method, path, operation }: Entry): Api {
  const { operationId, 'x-apigateway-match-mode': matchMode } = operation;
  const name = typeof operationId === 'string' ? operationId : `${method}_${path}`;
  return {
    id: newId(),
    name,
    method,
    path,
    matchMode: matchMode === 'SWA' ? 'SWA' : 'NORMAL',
    operation,
    publishedIn: new Set(),
  };
}
