import { expect, it } from 'vitest';
import type { FunctionBundle, FunctionName } from '../../lib/bundle-functions.ts';
import { bundleOf } from './bundles.ts';
import { permissionsOf } from './permissions.ts';
import { EVERYTHING, synthesize } from './synthesize.ts';

const template = synthesize({ ...EVERYTHING, starts: true });

/** Names of the SDK commands that tree shaking left in a bundle, with their service: `dynamodb:PutItem`. */
function sdkCallsOf({ metafile }: FunctionBundle): string[] {
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return files.flatMap(([file, { bytesInOutput }]) => {
    const [, service, command] = /client-([\w-]+)\/dist-es\/commands\/(\w+)Command\.js$/.exec(file) ?? [];
    if (service === undefined || command === undefined || bytesInOutput === 0) return [];
    return [`${service.replace('-', '')}:${command.replace('PublishBatch', 'Publish')}`];
  });
}

/** Calls that a bundle holds beside those it makes: methods of a store that its function never calls, kept with the others. */
const NEVER_MADE: Record<FunctionName, string[]> = {
  'tasks-api': ['dynamodb:UpdateItem'],
  'start-tasks': ['dynamodb:Scan', 'dynamodb:UpdateItem'],
  'poll-tasks': ['dynamodb:Query'],
  'notify-channels': [],
  'deliver-webhook': ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:Query'],
};

it.each([
  ['tasks-api', 'TasksApiFunctionRole'],
  ['start-tasks', 'StartTasksFunctionRole'],
  ['poll-tasks', 'PollerFunctionRole'],
  ['notify-channels', 'NotificationsChannelsFunctionRole'],
  ['deliver-webhook', 'NotificationsWebhooksFunctionRole'],
] as const)('grants %s each action that its bundle has a call for, and no other', (name, role) => {
  const granted = permissionsOf(template, role).flatMap(
    (line) => /^(?:dynamodb|sns|secretsmanager):\w+/.exec(line) ?? [],
  );
  const calls = new Set(sdkCallsOf(bundleOf(name)));
  // The SDK's own, for endpoint discovery, which is off.
  calls.delete('dynamodb:DescribeEndpoints');
  expect([...new Set(granted)].sort()).toEqual([...calls].filter((call) => !NEVER_MADE[name].includes(call)).sort());
  for (const call of NEVER_MADE[name]) expect(calls).toContain(call);
});
