import { type ApiError, apiErrors } from './api-error.ts';
import { checkBackend } from './backend-check.ts';
import { type Api, apiKey, type Group } from './gateway.ts';
import { newId } from './identifier.ts';
import type { Entry } from './openapi-file.ts';

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
