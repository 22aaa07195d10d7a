import { StoreError } from './errors.ts';

const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
const MAX_NAME_LENGTH = 120;

/** `{task_id}/{name}`, the name reduced to characters that are safe in every file system, bucket, URL and header. */
export function fileKey(taskId: string, name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^\.+/, '');
  return `${taskId}/${safe.slice(-MAX_NAME_LENGTH).replace(/^\.+/, '') || 'file'}`;
}

/** Throws `StoreError` unless the key is one that `fileKey` could have made: no empty part, none that starts with a dot. */
export function checkFileKey(key: string): string {
  if (!KEY.test(key)) throw new StoreError(`Not a key of the file store: ${JSON.stringify(key.slice(0, 200))}`);
  return key;
}
