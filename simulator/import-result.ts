import { type ApiError, apiErrors } from './api-error.ts';
import type { Gateway, Group } from './gateway.ts';
import { newId } from './identifier.ts';
import { EntryImport, type EntryResult, type ImportModes } from './import-entry.ts';
import { type Entry, readOpenApiFile } from './openapi-file.ts';
import type { TaskEnd } from './task-table.ts';

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
