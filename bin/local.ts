import process from 'node:process';
import { systemClock as clock } from '../functions/runtime/system-clock.ts';
import { giveUp, namingVariable, onStop, refuseArguments } from '../local/command.ts';
import { loadOrCreateApiKey } from '../local/local-api-key.ts';
import { readLocalConfig } from '../local/local-config.ts';
import { completeProjects } from '../local/missing-projects.ts';
import { ownCommand } from '../local/own-command.ts';
import { reachableUrl } from '../local/public-url.ts';
import { startService } from '../local/service.ts';
import { noteServiceUrl } from '../local/service-url.ts';
import { wantsColours } from '../local/terminal-alerts.ts';
import { createTerminalLog } from '../local/terminal-log.ts';
import { tryItText } from '../local/try-it.ts';
import { useProxy } from '../local/use-proxy.ts';
import { defaultProfile } from '../simulator/default-profile.ts';
import { startSimulator } from '../simulator/simulator.ts';

async function main(): Promise<void> {
  refuseArguments(
    ownCommand('start'),
    `Settings are environment variables, as in PORT=3001 ${ownCommand('start')}; docs/local.md lists all of them.`,
  );
  useProxy(process.env);
  const { environment, notes } = await completeProjects(process.env, clock);
  for (const note of notes) console.error(`NOTE: ${note}`);
  const config = readLocalConfig(environment);
  if (config.warning !== undefined) console.error(`WARNING: ${config.warning}`);
  const { NO_COLOR, TERM } = process.env;
  const colours = wantsColours({
    isTty: process.stdout.isTTY === true,
    ...(NO_COLOR !== undefined && { noColor: NO_COLOR }),
    ...(TERM !== undefined && { term: TERM }),
  });
  const simulator = config.profiles ? undefined : await startStandIn(config.SIMULATOR_PORT);
  if (simulator) console.log(`no Huawei credentials set: using the simulator at ${simulator.url}`);
  const { webhookSecrets: webhook_secrets } = config;
  const standIn = { ...defaultProfile(simulator?.url ?? ''), ...(webhook_secrets.length > 0 && { webhook_secrets }) };
  const hasKeys = config.apiKeys.length > 0 || config.API_KEYS_FILE !== undefined;
  const audit = createTerminalLog(process.stderr, 'info');
  const service = await startService({
    host: config.HOST,
    port: config.PORT,
    publicUrl: config.PUBLIC_URL,
    dataDir: config.DATA_DIR,
    profiles: config.profiles ?? { default: standIn },
    // Two first starts at once would each make a key, and the folder would keep the loser's.
    apiKeys: hasKeys ? config.apiKeys : async () => [await ownKey(config.DATA_DIR)],
    apiKeysFile: config.API_KEYS_FILE,
    audit: (change) => audit.info('audit', change),
    pollMinIntervalMs: config.POLL_MIN_INTERVAL_MS,
    taskDeadlineMs: config.TASK_DEADLINE_MS,
    areStartsOn: config.STARTS === 'true',
    allowLoopbackCallbacks: config.ALLOW_LOOPBACK_CALLBACKS === 'true',
    channels: config.channels,
    smtpUrl: config.SMTP_URL,
    alertEmails: config.alertEmails,
    alertOutcomes: config.alertOutcomes,
    sender: config.sender,
    terminal: { write: (text) => process.stdout.write(text), colours },
    clock,
    log: createTerminalLog(process.stderr),
  }).catch(namingVariable('PORT'));
  const removeNote = await noteServiceUrl(config.DATA_DIR, reachableUrl(service.url));
  console.log(`listening on ${service.url}`);
  if (simulator) {
    const dataDir = hasKeys ? undefined : config.DATA_DIR;
    console.log(`\n${tryItText({ simulatorUrl: simulator.url, serviceUrl: service.url, dataDir })}\n`);
  }
  onStop(async () => {
    console.log('waiting for polls in progress');
    await removeNote();
    await service.close();
    await simulator?.close();
    process.exit(0);
  });
}

const startStandIn = (port: number) => startSimulator({ port }).catch(namingVariable('SIMULATOR_PORT'));

async function ownKey(dataDir: string): Promise<string> {
  const { key, isNew } = await loadOrCreateApiKey(dataDir);
  console.log(isNew ? `API key (kept in ${dataDir}/api-key): ${key}` : `the API key is in ${dataDir}/api-key`);
  return key;
}

await main().catch(giveUp);
