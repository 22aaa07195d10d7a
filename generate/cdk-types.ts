import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

type Schema = {
  type?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
};

/**
 * The declarations of `apig-task-notifier/cdk`: those of the source, except that the settings are spelled out, because
 * their own type would need zod where the package is installed. `settings` is their JSON schema.
 */
export async function renderCdkTypes(settings: Schema): Promise<string> {
  const declaration = await declare('lib/apig-task-notifier.ts');
  return [
    [/^import .* from '(?:zod|\..*)';\n/gm, ''],
    [/(?<=^export type ApigTaskNotifierSettings = ).*(?=;$)/m, typeOf(settings, '')],
    [/(?<=\bbundles\?: )Bundles\b/, 'Record<string, string>'],
  ].reduce((text, [from, to]) => replaceOnce(text, from as RegExp, to as string), declaration);
}

/** What the source no longer has must not go unnoticed. */
function replaceOnce(text: string, from: RegExp, to: string): string {
  const replaced = text.replace(from, () => to);
  if (replaced === text) throw new Error(`the declarations of the construct have no ${from}`);
  return replaced;
}

async function declare(source: string): Promise<string> {
  const outDir = await mkdtemp(path.join(tmpdir(), 'apig-types-'));
  const options = ['--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--noCheck', '--noResolve'];
  const target = ['--module', 'nodenext', '--target', 'es2024', '--allowImportingTsExtensions', '--outDir', outDir];
  try {
    await promisify(execFile)(process.execPath, [TSC, ...options, ...target, source]);
    return await readFile(path.join(outDir, `${path.basename(source, '.ts')}.d.ts`), 'utf8');
  } finally {
    await rm(outDir, { recursive: true });
  }
}

const TSC = 'node_modules/typescript/bin/tsc';

function typeOf(schema: Schema, indent: string): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf) return schema.anyOf.map((each) => typeOf(each, indent)).join(' | ');
  switch (schema.type) {
    case 'array':
      return `(${typeOf(schema.items ?? {}, indent)})[]`;
    case 'object':
      return objectType(schema, indent);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
      return schema.type;
    default:
      return 'unknown';
  }
}

function objectType({ properties, additionalProperties, required = [] }: Schema, indent: string): string {
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown';
    return `Record<string, ${values}>`;
  }
  const fields = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description === undefined ? '' : `${indent}  /** ${schema.description} */\n`;
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    return `${comment}${indent}  ${key}${required.includes(name) ? '' : '?'}: ${typeOf(schema, `${indent}  `)};\n`;
  });
  return `{\n${fields.join('')}${indent}}`;
}
