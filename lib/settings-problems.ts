import type * as z from 'zod';
import { editDistance } from './edit-distance.ts';

/** A problem in a settings file; print its message without a stack trace. */
export class SettingsError extends Error {}

/** One line per problem: the setting by its path, and what it must be. `known` are the paths of all settings. */
export function settingsProblems(issues: readonly z.core.$ZodIssue[], known: readonly string[]): string[] {
  return issues.flatMap((issue) => {
    const at = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownSetting([...issue.path, key].join('.'), known));
    }
    return `${at || 'the whole file'}: ${wordsOf(issue)}`;
  });
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.expected === 'object') return 'must be an object, like {}';
  // The message about a wrong key is nested; the outer one only reports that the key is invalid.
  return (issue.code === 'invalid_key' && issue.issues[0]?.message) || issue.message;
}

function unknownSetting(path: string, known: readonly string[]): string {
  const [best] = known
    .map((name) => ({ name, edits: Math.min(editsBetween(path, name), editsBetween(lastOf(path), lastOf(name))) }))
    .filter(({ name, edits }) => edits <= Math.max(1, lastOf(name).length / 3))
    .sort((a, b) => a.edits - b.edits);
  return `${path}: is not a setting; ${best ? `did you mean ${best.name}?` : 'docs/settings.md has the list'}`;
}

const lastOf = (path: string) => path.split('.').at(-1) ?? path;

const editsBetween = (one: string, other: string) => editDistance(one.toLowerCase(), other.toLowerCase());
