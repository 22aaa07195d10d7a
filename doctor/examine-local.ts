import { openChannels, secretsOf } from '../functions/channels/routing.ts';
import type { Clock } from '../functions/tasks/ports.ts';
import { readKeysFile } from '../local/keys-file.ts';
import type { LocalConfig } from '../local/local-config.ts';
import { ownCommand } from '../local/own-command.ts';
import { findApiKey } from './api-key.ts';
import { type Check, type Finding, runChecks, warn } from './check.ts';
import { checkApi } from './check-api.ts';
import { checkChannels, checkWebhooks, smtpCheck } from './check-channels.ts';
import { checkDatabase } from './check-database.ts';
import { checkProfiles } from './check-profiles.ts';
import { checkClock, type DateNotes } from './clock-skew.ts';
import { holdProfiles } from './hold-profiles.ts';
import type { Redactor } from './redactor.ts';

export type LocalExamination = {
  /** The environment that `npm start` was given. */
  config: LocalConfig;
  url: string;
  apiKey: string | undefined;
  clock: Clock;
  dates: DateNotes;
  redactor: Redactor;
};

/** Everything that can be asked of the service on one machine. Sends no message anywhere. Never throws. */
export async function examineLocal(examination: LocalExamination): Promise<Finding[]> {
  const { config, redactor, apiKey, dates } = examination;
  holdProfiles(redactor, config.profiles ?? {});
  redactor.hold(config.webhookSecrets);
  const smtp = config.SMTP_URL === undefined ? undefined : URL.parse(config.SMTP_URL);
  redactor.hold([
    ...(config.channels ? secretsOf(config.channels) : []),
    apiKey,
    config.SMTP_URL,
    decodeURIComponent(smtp?.password ?? ''),
  ]);
  const findings = await runChecks(checksOf(examination));
  // A simulator on this machine has its clock.
  return [...findings, ...(config.profiles ? checkClock(dates.readings()) : [])];
}

const HINTS = {
  whenDown: `start it with \`${ownCommand('start')}\`, or pass its URL: ${ownCommand('doctor', '--local http://…')}`,
  whenRefused:
    'set API_KEY to one of the API_KEYS that it was started with, put it in API_KEYS_FILE, or DATA_DIR to the folder with its api-key',
  log: `read the output of \`${ownCommand('start')}\``,
};

function checksOf({ config, url, apiKey: key, clock, dates }: LocalExamination): Check[] {
  const { channels, SMTP_URL, sender } = config;
  return [
    { name: 'huawei', run: () => examineProfiles(config, { clock, noteDate: dates.note }) },
    {
      name: 'api',
      run: async () => [...keysFileFindings(config), ...(await checkApi({ url, key, clock, hints: HINTS }))],
    },
    { name: 'messages', run: async () => checkDatabase(config.DATA_DIR, clock.now()) },
    ...(channels ? [{ name: 'channels', run: () => checkChannels(openChannels(channels, clock).values()) }] : []),
    ...(SMTP_URL ? [smtpCheck(SMTP_URL, { recipients: config.alertEmails, sender })] : []),
  ];
}

function keysFileFindings({ API_KEYS_FILE: file }: LocalConfig): Finding[] {
  return file === undefined ? [] : findApiKey(readKeysFile(file)).findings;
}

async function examineProfiles(config: LocalConfig, deps: Parameters<typeof checkProfiles>[1]): Promise<Finding[]> {
  const { profiles, ALLOW_LOOPBACK_CALLBACKS } = config;
  const allowLoopbackCallbacks = ALLOW_LOOPBACK_CALLBACKS === 'true';
  const fix = 'to use a gateway, set the variables of docs/local.md#environment';
  const unused = config.warning === undefined ? [] : [warn('huawei', config.warning, fix)];
  if (profiles === undefined)
    return [
      warn('huawei', `no credentials in this environment: ${ownCommand('start')} uses the simulator`, fix),
      ...unused,
    ];
  return [...(await checkProfiles(profiles, deps)), ...checkWebhooks(profiles, { allowLoopbackCallbacks }), ...unused];
}
