import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findApiKey } from '../doctor/api-key.ts';
import { createAwsClients } from '../doctor/aws-clients.ts';
import { createDateNotes } from '../doctor/clock-skew.ts';
import { examineDeployment } from '../doctor/examine-deployment.ts';
import { examineLocal } from '../doctor/examine-local.ts';
import { createRedactor } from '../doctor/redactor.ts';
import { exitStatusOf, type Report, redactReport, renderJson, renderText } from '../doctor/report.ts';
import { systemClock as clock } from '../functions/runtime/system-clock.ts';
import { ConfigError } from '../functions/tasks/errors.ts';
import { readSettings } from '../lib/settings.ts';
import { readKeysFile } from '../local/keys-file.ts';
import { type LocalConfig, readLocalConfig } from '../local/local-config.ts';
import { completeProjects } from '../local/missing-projects.ts';
import { ownCommand } from '../local/own-command.ts';
import { reachableUrl } from '../local/public-url.ts';
import { useProxy } from '../local/use-proxy.ts';

const USAGE = `Checks a deployment, or the service on one machine, and reports what to fix.

  ${ownCommand('doctor', '[--stack NAME] [--settings FILE] [--api-url URL] [--json]')}
  ${ownCommand('doctor', '--local [URL] [--json]')}

  --stack     name of the stack (default: stackName of the settings)
  --settings  settings of the deployment (default: settings.json)
  --api-url   API URL to use instead of the stack's
  --local     check the service started by ${ownCommand('start')}, in the same environment (default: HOST and PORT)
  --json      output for programs

The API key is API_KEY, or else a key from the API keys secret, API_KEYS, API_KEYS_FILE or DATA_DIR.
The doctor only reads. Exit status: 0 no failures, 1 a check failed, 2 wrong usage.`;

/** What the person who typed the command has to fix. */
class UsageError extends Error {}

const wrongUsage = (problem: string) => new UsageError(`${problem}\n\n${USAGE}`);

type Options = ReturnType<typeof readArguments>;

const redactor = createRedactor();
const dates = createDateNotes(clock.now);
const apiKeyOfShell = process.env.API_KEY || undefined;
redactor.hold([apiKeyOfShell]);

async function main(): Promise<void> {
  const options = readArguments();
  if (options.help) return console.log(USAGE);
  useProxy(process.env);
  const examined = options.local ? await local(options) : await deployment(options);
  const report = redactReport(examined, redactor.redact);
  console.log((options.json ? renderJson : renderText)(report));
  process.exitCode = exitStatusOf(report.findings);
}

function readArguments() {
  const { values, positionals } = parse();
  const [url] = positionals;
  if (url !== undefined && !values.local) throw wrongUsage(`"${url}" can only be used with --local.`);
  if (positionals.length > 1) throw wrongUsage(`--local takes one URL; "${positionals[1]}" is a second one.`);
  for (const given of [url, values['api-url']]) {
    if (given !== undefined && !/^https?:$/.test(URL.parse(given)?.protocol ?? ''))
      throw wrongUsage(`"${given}" is not an http or https URL.`);
  }
  return { ...values, url };
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        local: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        stack: { type: 'string' },
        settings: { type: 'string' },
        'api-url': { type: 'string' },
      },
    });
  } catch (error) {
    throw wrongUsage((error as Error).message);
  }
}

async function deployment(options: Options): Promise<Report> {
  const settings = readDeploymentSettings(options.settings);
  const stackName = options.stack ?? settings.stackName;
  const findings = await examineDeployment({
    clients: createAwsClients({}, dates.note),
    settings: { ...settings, stackName },
    apiKey: apiKeyOfShell,
    apiUrl: options['api-url'],
    ...{ clock, dates, redactor },
  });
  return { target: `the stack ${stackName}`, findings };
}

function readDeploymentSettings(file: string | undefined) {
  try {
    return readSettings(file ?? 'settings.json', { required: file !== undefined });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function local(options: Options): Promise<Report> {
  const { environment, notes } = await completeProjects(process.env, clock);
  for (const note of notes) console.error(`NOTE: ${note}`);
  const config = readLocalConfig(environment);
  const url = (options.url ?? urlOf(config)).replace(/\/+$/, '');
  const apiKey = apiKeyOfShell ?? config.apiKeys[0] ?? fileKey(config) ?? (await keptKey(config.DATA_DIR));
  const findings = await examineLocal({ config, url, apiKey, clock, dates, redactor });
  return { target: `the service at ${url}`, findings };
}

function urlOf({ HOST, PORT }: LocalConfig): string {
  if (PORT === 0)
    throw new UsageError(
      `PORT is 0: pass the URL that ${ownCommand('start')} printed, as in --local http://127.0.0.1:49152`,
    );
  return reachableUrl(`http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`);
}

function fileKey({ API_KEYS_FILE: file }: LocalConfig): string | undefined {
  return file === undefined ? undefined : findApiKey(readKeysFile(file)).key;
}

async function keptKey(dataDir: string): Promise<string | undefined> {
  const text = await readFile(path.join(dataDir, 'api-key'), 'utf8').catch(() => '');
  return text.trim() || undefined;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
