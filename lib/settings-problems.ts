import type * as z from 'zod';

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

/** Letters to put in, take out or change (Levenshtein), whatever their case. */
function editsBetween(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
