import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { hashApiKey, keyNameProblem, SCOPES, type Scope } from '../functions/http/api-keys.ts';
import { ownCommand } from '../local/own-command.ts';

const USAGE = `Makes an API key with a name and scopes. Prints the key once, and the entry to store; stores neither.

  ${ownCommand('key', '--name NAME --scopes SCOPE,SCOPE')}

  --name    who uses the key: 1 to 64 characters of A-Z, a-z, 0-9, ".", "-" and "_"
  --scopes  what it may do, separated by commas: read (every GET), register (have tasks watched),
            start (imports and exports), manage (stop watching, publish a result again)

Exit status: 0 made, 2 wrong usage.`;

/** The person who typed the command has to fix it. */
class UsageError extends Error {}

function main(): void {
  const { name, scopes, help } = readArguments();
  console.log(help ? USAGE : makeKey(readName(name), readScopes(scopes)));
}

function makeKey(name: string, scopes: Scope[]): string {
  const key = randomBytes(24).toString('base64url');
  const hash = `sha256:${hashApiKey(key).toString('hex')}`;
  return `API key, shown only now: ${key}

Add this entry to the API keys secret (in AWS) or to API_KEYS_FILE (on one machine), beside others in "named":

${JSON.stringify({ named: { [name]: { hash, scopes } } })}`;
}

function readArguments() {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ options: { name: text, scopes: text, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readName(name: string | undefined): string {
  if (name === undefined) throw new UsageError('--name is missing.');
  const problem = keyNameProblem(name);
  if (problem !== undefined) throw new UsageError(`--name ${problem}.`);
  return name;
}

function readScopes(list: string | undefined): Scope[] {
  if (list === undefined) throw new UsageError('--scopes is missing.');
  const asked = list.split(',').map((scope) => scope.trim());
  const unknown = asked.find((scope) => !SCOPES.some((known) => known === scope));
  if (unknown !== undefined) throw new UsageError(`--scopes: "${unknown}" is not one of ${SCOPES.join(', ')}.`);
  return SCOPES.filter((scope) => asked.includes(scope));
}

try {
  main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
