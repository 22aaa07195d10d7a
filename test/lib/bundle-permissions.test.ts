import type { Metafile } from 'esbuild';
import { expect, it } from 'vitest';
import { bundleOf } from './bundles.ts';
import { permissionsOf } from './permissions.ts';
import { EVERYTHING, synthesize } from './synthesize.ts';

const template = synthesize(EVERYTHING);

/** Names of the SDK commands that tree shaking left in a bundle, with their service: `dynamodb:PutItem`. */
function callsOf(metafile: Metafile): Set<string> {
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return new Set(
    files.flatMap(([file, { bytesInOutput }]) => {
      const [, service, command] = /client-([\w-]+)\/dist-es\/commands\/(\w+)Command\.js$/.exec(file) ?? [];
      return bytesInOutput > 0 ? [`${service?.replace('-', '')}:${command?.replace('PublishBatch', 'Publish')}`] : [];
    }),
  );
}

it.each([
  ['tasks-api', 'TasksApiFunctionRole'],
  ['poll-tasks', 'PollerFunctionRole'],
  ['notify-slack', 'NotificationsSlackFunctionRole'],
  ['deliver-webhook', 'NotificationsWebhooksFunctionRole'],
] as const)('grants %s no action of the SDK that its bundle has no command for', (name, role) => {
  const granted = permissionsOf(template, role).flatMap(
    (line) => /^(?:dynamodb|sns|secretsmanager):\w+/.exec(line) ?? [],
  );
  const calls = callsOf(bundleOf(name).metafile);
  expect(granted.length).toBeGreaterThan(0);
  expect(granted.filter((action) => !calls.has(action))).toEqual([]);
});
