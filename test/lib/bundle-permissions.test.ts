import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { FunctionBundle } from '../../lib/bundle-functions.ts';
import { bundleOf } from './bundles.ts';
import { permissionsOf } from './permissions.ts';
import { EVERYTHING, synthesize } from './synthesize.ts';

const template = synthesize(EVERYTHING);

/** Names of the SDK commands that tree shaking left in a bundle, with their service: `dynamodb:PutItem`. */
function sdkCallsOf({ metafile }: FunctionBundle): string[] {
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return files.flatMap(([file, { bytesInOutput }]) => {
    const [, service, command] = /client-([\w-]+)\/dist-es\/commands\/(\w+)Command\.js$/.exec(file) ?? [];
    return bytesInOutput > 0 ? [`${service?.replace('-', '')}:${command?.replace('PublishBatch', 'Publish')}`] : [];
  });
}

/** Calls of DynamoDB that a bundle signs itself, by the target that stands in its text. */
function ownCallsOf({ path }: FunctionBundle): string[] {
  const text = readFileSync(join(path, 'index.mjs'), 'utf8');
  return [...text.matchAll(/["'`]DynamoDB_20120810\.(\w+)["'`]/g)].map(([, action]) => `dynamodb:${action}`);
}

it.each([
  ['tasks-api', 'TasksApiFunctionRole'],
  ['poll-tasks', 'PollerFunctionRole'],
  ['notify-slack', 'NotificationsSlackFunctionRole'],
  ['deliver-webhook', 'NotificationsWebhooksFunctionRole'],
] as const)('grants %s no action that its bundle has no call for', (name, role) => {
  const granted = permissionsOf(template, role).flatMap(
    (line) => /^(?:dynamodb|sns|secretsmanager):\w+/.exec(line) ?? [],
  );
  const calls = new Set([...sdkCallsOf(bundleOf(name)), ...ownCallsOf(bundleOf(name))]);
  expect(granted.length).toBeGreaterThan(0);
  expect(granted.filter((action) => !calls.has(action))).toEqual([]);
});
