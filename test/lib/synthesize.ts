import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Bundles } from '../../lib/backing.ts';
import { bundlePaths, FUNCTION_NAMES } from '../../lib/bundle-functions.ts';
import { NotifierStack } from '../../lib/notifier-stack.ts';
import { parseSettings } from '../../lib/settings.ts';

/** Every optional part on. */
export const EVERYTHING = {
  channels: true,
  chatTopic: true,
  shards: 3,
  alertEmails: ['people@example.com'],
  operatorEmails: ['operator@example.com'],
  api: { corsOrigins: ['https://status.example.com'], publicUrl: 'https://tasks.example.com' },
};

/** The stack in an app of its own, with one-line functions, so that its template depends on `lib` alone. */
export function createStack(
  settings: unknown = {},
  more: Record<string, unknown> = {},
): { app: App; stack: NotifierStack } {
  const outdir = mkdtempSync(join(tmpdir(), 'notifier-stack-'));
  const app = new App({ outdir, context: { ...context, ...more } });
  const stack = new NotifierStack(app, { settings: parseSettings(settings), bundles: createBundles() });
  return { app, stack };
}

/** Folders with one-line functions. */
export function createBundles(): Bundles {
  const folder = mkdtempSync(join(tmpdir(), 'notifier-bundles-'));
  return bundlePaths(FUNCTION_NAMES.map((name) => ({ name, path: writeBundle(join(folder, name), name) })));
}

const templates = new Map<string, Template>();

/** The template of these settings, made once in a process: to be read and never changed. */
export function synthesize(settings: unknown = {}): Template {
  const key = JSON.stringify(settings);
  const template = templates.get(key) ?? Template.fromStack(createStack(settings).stack);
  templates.set(key, template);
  return template;
}

/** The feature flags of the real app: without them CDK would make another template here. */
const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));

type Resource = { id: string; Type: string; Properties: Record<string, unknown> };

/** Resources of a type, or all of them. */
export function resourcesOf(template: Template, type?: string): Resource[] {
  const resources: Record<string, Omit<Resource, 'id'>> = template.toJSON().Resources;
  return Object.entries(resources)
    .map(([id, resource]) => ({ id, ...resource }))
    .filter(({ Type }) => type === undefined || Type === type);
}

/** Properties of the one resource of a type whose logical id begins so. */
export function propertiesOf(template: Template, type: string, idPrefix: string): Record<string, unknown> {
  const [found, ...others] = resourcesOf(template, type).filter(({ id }) => id.startsWith(idPrefix));
  if (!found || others.length > 0) throw new Error(`${found ? 'Several' : 'No'} ${type} begin with ${idPrefix}`);
  return found.Properties;
}

function writeBundle(path: string, name: string): string {
  mkdirSync(path);
  writeFileSync(join(path, 'index.mjs'), `export const handler = async () => '${name}';\n`);
  return path;
}
