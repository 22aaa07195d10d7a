import path from 'node:path';
import { defaultProfile } from '../simulator/default-profile.ts';
import { PROFILE_VARIABLES } from './huawei-variables.ts';
import { ownCommand } from './own-command.ts';
import { reachableUrl } from './public-url.ts';

type Running = {
  simulatorUrl: string;
  serviceUrl: string;
  /** Where the key lies; undefined where the caller brought keys of its own, which are not printed. */
  dataDir: string | undefined;
};

/** Lines for another terminal that start a task at the simulator and have it watched. */
export function tryItText({ simulatorUrl, serviceUrl, dataDir }: Running): string {
  const key = dataDir === undefined ? '$API_KEY' : `$(cat ${quote(path.resolve(dataDir, 'api-key'))})`;
  return [
    'Try it from another terminal: start an import that takes 20 s and partly fails, then register it.',
    '',
    ...(dataDir === undefined ? ['  API_KEY=…   # one of API_KEYS'] : []),
    '  TASK_ID=try-$(date +%s)',
    `  curl -sS ${reachableUrl(simulatorUrl)}/_control/tasks -d '{"task_id": "'$TASK_ID'", "ending": "partial", "processing_ms": 20000}'`,
    `  curl -sS ${reachableUrl(serviceUrl)}/tasks -H "Authorization: Bearer ${key}" -H 'content-type: application/json' -d '{"task_id": "'$TASK_ID'"}'`,
    '',
    'Its result is printed here and shown on the page. More that the simulator can do: docs/simulator.md',
  ].join('\n');
}

/** The command that has `npm start` use a simulator which runs by itself, with the simulator's own made-up keys. */
export function startWithSimulatorText(simulatorUrl: string): string {
  const url = reachableUrl(simulatorUrl);
  const { apig_endpoint, iam_endpoint: _, ...fields } = defaultProfile(url);
  const variables = Object.entries(fields).map(([field, value]) => `${variableOf(field)}=${value}`);
  const lines = [...variables, `HUAWEICLOUD_APIG_ENDPOINT=${apig_endpoint}`, ownCommand('start')];
  return [
    'Run this in another terminal; it uses the simulator’s made-up account:',
    '',
    lines.map((line) => `  ${line}`).join(' \\\n'),
    '',
    `All controls: curl ${url}/_control, and docs/simulator.md`,
  ].join('\n');
}

const variableOf = (field: string) => PROFILE_VARIABLES[field as keyof typeof PROFILE_VARIABLES];

/** A word of a shell, whatever is in it; left as it is where it may be. */
function quote(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
