import { checkBackend } from './api-rules.ts';
import { type ApiError, apiErrors } from './errors.ts';
import { type Api, apiKey, type Gateway, type Group } from './gateway.ts';
import { newId } from './identifier.ts';
import { type Entry, readOpenApiFile } from './openapi-file.ts';
import type { TaskEnd } from './tasks.ts';

/** An accepted import. No `groupId`: a new group named after the document's title. */
export type ImportOrder = { text: string; groupId?: string; modes: ImportModes; successStatus: string };

const MAX_APIS_PER_IMPORT = 300;
const GROUP_NAME = /^[\p{L}\d][\p{L}\d\-_./(): ]{2,254}$/u;

/** A failed task's result. */
export function failedEnd({ code, message }: Pick<ApiError, 'code' | 'message'>): TaskEnd {
  return { status: 'failed', result: JSON.stringify({ error_code: code, error_msg: message }) };
}

/** Imports at once, so that imports take effect in the order they were accepted; the task tells of it later. */
export function runImport(gateway: Gateway, order: ImportOrder): TaskEnd {
  const file = readOpenApiFile(order.text);
  if (!file) return failedEnd(apiErrors.invalid('file_name'));
  if (file.entries.length > MAX_APIS_PER_IMPORT) return failedEnd(apiErrors.tooLarge('apis'));
  const group = order.groupId ? gateway.group(order.groupId) : newGroup(gateway, file.title);
  if (!group) return failedEnd(apiErrors.groupUnknown(order.groupId ?? ''));
  if ('code' in group) return failedEnd(group);
  return { status: order.successStatus, result: JSON.stringify(importAll(group, file.entries, order.modes)) };
}

function newGroup(gateway: Gateway, name: string): Group | ApiError {
  if (!GROUP_NAME.test(name)) return apiErrors.invalid('name');
  return gateway.hasGroupNamed(name) ? apiErrors.groupNameExists() : gateway.createGroup(name);
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

export type ImportModes = {
  apiMode: 'merge' | 'override';
  /** Backends are made up: none is asked for. */
  isBackendOptional: boolean;
};

export type EntryResult =
  | { kind: 'success'; id: string; action: 'create' | 'update' }
  | { kind: 'ignored' }
  | { kind: 'failure'; error: ApiError };

const MAX_APIS_PER_GROUP = 1_000;
const MAX_PATH_LENGTH = 512;

/** The rules of one import run over one group: names and paths seen in this file are taken for the rest of it. */
export class EntryImport {
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
    const error = this.problemOf(entry);
    if (error) return { kind: 'failure', error };
    const key = apiKey(entry.method, entry.path);
    this.seen.add(key);
    const existing = this.group.apis.get(key);
    if (existing && this.modes.apiMode === 'merge') return { kind: 'ignored' };
    const api: Api = { ...entry, id: existing?.id ?? newId(), name: nameOf(entry) };
    this.group.apis.set(key, api);
    return { kind: 'success', id: api.id, action: existing ? 'update' : 'create' };
  }

  private problemOf(entry: Entry): ApiError | undefined {
    return checkShape(entry) ?? this.checkClashes(entry) ?? this.checkQuota(entry) ?? this.checkBackend(entry);
  }

  private checkClashes(entry: Entry): ApiError | undefined {
    const key = apiKey(entry.method, entry.path);
    if (this.seen.has(key)) return apiErrors.apiExists();
    const name = nameOf(entry);
    const hasName = (api: Api): boolean => api.name === name && apiKey(api.method, api.path) !== key;
    return this.group.apis.values().some(hasName) ? apiErrors.apiNameExists() : undefined;
  }

  private checkQuota(entry: Entry): ApiError | undefined {
    const isNew = !this.group.apis.has(apiKey(entry.method, entry.path));
    return isNew && this.group.apis.size >= MAX_APIS_PER_GROUP ? apiErrors.tooLarge('apis') : undefined;
  }

  private checkBackend(entry: Entry): ApiError | undefined {
    const backend = entry.operation['x-apigateway-backend'];
    return backend === undefined && this.modes.isBackendOptional ? undefined : checkBackend(backend);
  }
}

function nameOf({ operation, method, path }: Entry): string {
  return typeof operation.operationId === 'string' ? operation.operationId : `${method}_${path}`;
}

function checkShape({ method, path, operation }: Entry): ApiError | undefined {
  if (method === 'TRACE') return apiErrors.notAnOption('req_method');
  if (path.length > MAX_PATH_LENGTH) return apiErrors.tooLong('req_uri');
  if (!/^(\/([^/{}\s?#]|\{[A-Za-z][\w.-]*\+?\})*)+$/.test(path)) return apiErrors.invalid('req_uri');
  if (operation.operationId !== undefined && !isApiName(operation.operationId)) return apiErrors.invalid('name');
  return checkExtensions(operation);
}

const isApiName = (name: unknown): boolean =>
  typeof name === 'string' && /^[\p{L}\d][\p{L}\d\-_./():]{2,254}$/u.test(name);

function checkExtensions(operation: Entry['operation']): ApiError | undefined {
  if (!isOneOf(operation['x-apigateway-request-type'], ['public', 'private'])) return apiErrors.notAnOption('type');
  if (!isOneOf(operation['x-apigateway-match-mode'], ['NORMAL', 'SWA'])) return apiErrors.notAnOption('match_mode');
  return undefined;
}

const isOneOf = (value: unknown, options: string[]): boolean => value === undefined || options.includes(String(value));
