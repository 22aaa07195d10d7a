import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  callbackProblem,
  formatSigningSecret,
  parseSigningKeys,
  receiverKey,
  signingKeysOf,
} from '../functions/channels/webhook/settings.ts';
import { ConfigError } from '../functions/tasks/errors.ts';

const USAGE = `usage: npm run webhook-key -- <callback_url> [--profile <name>] [--profiles <file>]

Prints the secret that the receiver of this callback_url verifies with: one line, or two while the profile's secret is
rotated, the new one first. It is the same for every path of the origin.
  --profile   default: "default"
  --profiles  the Huawei secret as a file; "-" reads it from the standard input. Default: the file in
              HUAWEICLOUD_PROFILES_FILE, or WEBHOOK_SECRETS for the profile "default"`;

/** A mistake in the arguments, the environment or the file. */
class InputError extends Error {}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [url] = positionals;
  if (url === undefined || positionals.length > 1) throw new InputError(USAGE);
  const problem = callbackProblem(url, true);
  if (problem !== undefined) throw new InputError(`The callback_url ${problem}.`);
  const signing = signingKeysOf(parseSigningKeys(await readProfiles(values.profiles)), values.profile);
  if (signing.kind === 'unusable') throw new InputError(`Profile "${values.profile}": ${signing.reason}.`);
  for (const key of signing.keys) console.log(formatSigningSecret(receiverKey(key, new URL(url).origin)));
}

function readArguments() {
  const options = { profile: { type: 'string', default: 'default' }, profiles: { type: 'string' } } as const;
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new InputError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

async function readProfiles(file: string | undefined): Promise<string> {
  const { WEBHOOK_SECRETS: secrets, HUAWEICLOUD_PROFILES_FILE: path = file } = process.env;
  if (file === undefined && secrets)
    return JSON.stringify({ profiles: { default: { webhook_secrets: secrets.split(',').map((one) => one.trim()) } } });
  const from = file ?? path;
  if (from === undefined) throw new InputError(USAGE);
  try {
    return await readFile(from === '-' ? '/dev/stdin' : from, 'utf8');
  } catch {
    throw new InputError(`${from} cannot be read.`);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
