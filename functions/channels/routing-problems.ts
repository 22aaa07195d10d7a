import type * as z from 'zod/mini';
import { nearestName } from '../names.ts';
import { isFields } from '../tasks/json.ts';

type Issue = z.core.$ZodIssue;

/** Names that a person may have meant, wherever a key is not known. */
const KNOWN_KEYS = [
  ...['channels', 'rules', 'default', 'when', 'mention', 'stop', 'type', 'url', 'routing_key'],
  ...['outcome', 'label', 'instance_id', 'profile', 'task_type', 'first_success', 'webhook_url'],
];
/** A word like a name of ours; a URL or a key that was put where a name belongs must not come back in a message. */
const WORD = /^[A-Za-z_]{1,24}$/;

/** How channels may be named, and the kinds that there are. */
type Names = { channelName: RegExp; kinds: string[] };

/** Every problem by its field, with what a misspelt name may have meant; a value is repeated only where it is a word. */
export function describeIssues({ issues }: z.core.$ZodError, secret: unknown, { channelName, kinds }: Names): string[] {
  return issues.flatMap((issue) => {
    const path = issue.path
      .map((key) => describeKey(key, channelName))
      .join('')
      .replace(/^\./, '');
    const field = path === '' ? 'the secret' : path;
    return detailsOf(issue, valueAt(secret, issue.path), kinds).map((detail) => `${field}: ${detail}`);
  });
}

function detailsOf(issue: Issue, value: unknown, kinds: string[]): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map(unknownKey);
  const isEntry = issue.path[0] === 'channels' && issue.path.length === 2;
  if (issue.code === 'invalid_union' || (isEntry && issue.code === 'invalid_type')) return [typeDetail(value, kinds)];
  if (issue.code !== 'invalid_value') return [issue.message];
  const meant = typeof value === 'string' ? nearestName(value, issue.values.map(String)) : undefined;
  const named = typeof value === 'string' && WORD.test(value) ? `"${value}" is unknown` : 'is unknown';
  return [meant === undefined ? `${named}: must be ${issue.values.join(', ')}` : `${named}; did you mean "${meant}"?`];
}

function unknownKey(key: string): string {
  if (!WORD.test(key)) return 'has an unknown field';
  if (KNOWN_KEYS.includes(key)) return `has no field "${key}" here`;
  const meant = nearestName(key, KNOWN_KEYS);
  return `has no field "${key}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

/** `value` is the entry, or its type. */
function typeDetail(value: unknown, kinds: string[]): string {
  const type = isFields(value) ? value.type : value;
  const meant = typeof type === 'string' ? nearestName(type, kinds) : undefined;
  const choices = `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`;
  const rule = `must be the URL of a Slack webhook, or an object whose type is ${choices}`;
  return meant === undefined ? rule : `is unknown; did you mean "${meant}"?`;
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function describeKey(key: PropertyKey, channelName: RegExp): string {
  if (typeof key === 'number') return `[${key}]`;
  return channelName.test(String(key)) ? `.${String(key)}` : '.(an invalid name)';
}
