import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { helpFor } from '../tasks/codes.ts';
import { type Fields, isFields, parseJson } from '../tasks/json.ts';
import { cut } from '../tasks/safe-text.ts';

/** What is read of a definition before its import starts. */
export type Definition = {
  /** Becomes the name of the group that an import makes. */
  title?: string;
  /** What Huawei documents to fail, in words; the import starts all the same. */
  warnings: string[];
};

/** Why a file cannot be imported, with the code that Huawei would end the task with. */
export type DefinitionProblem = { code: string; detail: string };

const MAX_APIS = 300;
/** UTF-16 units. Of YAML, 1 MB takes 0.4 s and 100 MB of memory. */
const MAX_YAML_UNITS = 4 * 1024 * 1024;
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'x-apigateway-any-method'];

/**
 * Checks what can be checked of an OpenAPI file: that it parses, and is a version that Huawei takes. The rest is left to
 * Huawei. Time and memory are bounded: aliases share their value, and YAML of more than 4 MB is only looked into.
 */
export function readDefinition(bytes: Uint8Array): Definition | DefinitionProblem {
  const text = decode(bytes);
  if (text === undefined) return problem('APIG.3600', 'is not UTF-8');
  if (text.trim() === '') return problem('APIG.3609', 'is empty');
  const document = parseDocument(text);
  if ('detail' in document) return problem('APIG.3600', document.detail);
  const { value } = document;
  if (!isFields(value)) return problem('APIG.3600', 'is neither a JSON object nor a YAML mapping');
  if (!isSupported(value)) return problem('APIG.3601', versionWords(value));
  const title = titleOf(value);
  return { ...(title !== undefined && { title }), warnings: warningsOf(value) };
}

function problem(code: string, found: string): DefinitionProblem {
  return { code, detail: `${found}. ${helpFor(code)}` };
}

/** Without the byte order mark that Windows editors write. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** JSON first: it is much faster. The message of a YAML error has several lines and quotes the file. */
function parseDocument(text: string): { value: unknown } | { detail: string } {
  const json = text.trimStart().startsWith('{') ? parseJson(text) : undefined;
  if (json !== undefined) return { value: json };
  if (text.length > MAX_YAML_UNITS) return { value: headOf(text) };
  try {
    // Of two keys that are the same the last one counts, as in JSON.
    return { value: load(text, { schema: CORE_SCHEMA.withTags(mergeTag), json: true }) };
  } catch (error) {
    const [message = ''] = error instanceof Error ? error.message.split('\n') : [];
    return { detail: `cannot be read as JSON or YAML: ${cut(message, 200)}` };
  }
}

/** What a larger YAML file says on lines of its own. To parse all of it could take seconds and a gigabyte. */
function headOf(text: string): Fields {
  const find = (key: string) => new RegExp(`^ *${key}: *["']?([^"'\\r\\n#]+)`, 'm').exec(text)?.[1]?.trim();
  const [swagger, openapi, title] = ['swagger', 'openapi', 'title'].map(find);
  return { ...(swagger && { swagger }), ...(openapi && { openapi }), info: title === undefined ? {} : { title } };
}

/** `swagger: 2.0` without quotes is a number to YAML, and is taken. */
function isSupported({ swagger, openapi }: Fields): boolean {
  return swagger === '2.0' || swagger === 2 || /^3\.0\.\d+$/.test(String(openapi));
}

function versionWords({ swagger, openapi }: Fields): string {
  if (swagger === undefined && openapi === undefined) return 'is not an OpenAPI document';
  const version = openapi === undefined ? `Swagger ${swagger}` : `OpenAPI ${openapi}`;
  return `is ${cut(version, 40)}, which Huawei Cloud does not import`;
}

/** Whether Huawei can name a group after the title: 3 to 64 characters that start with a letter. Source: APIG.2044. */
export function canNameGroup(title: string | undefined): boolean {
  return title !== undefined && /^\p{L}.{2,63}$/u.test(title);
}

/** A longer one names no group, and would only fill the row of its start. */
const MAX_TITLE_UNITS = 255;

function titleOf({ info }: Fields): string | undefined {
  const title = isFields(info) ? info.title : undefined;
  const text = typeof title === 'number' || typeof title === 'boolean' ? String(title) : title;
  return typeof text === 'string' && text !== '' && text.length <= MAX_TITLE_UNITS ? text : undefined;
}

function warningsOf(document: Fields): string[] {
  const paths = isFields(document.paths) ? Object.values(document.paths).filter(isFields) : [];
  const operations = paths.flatMap((path) => METHODS.map((method) => path[method]).filter(isFields));
  const parameters = [...paths, ...operations].flatMap(({ parameters: list }) => (Array.isArray(list) ? list : []));
  const shared = [document.parameters, isFields(document.components) ? document.components.parameters : undefined];
  parameters.push(...shared.filter(isFields).flatMap((named) => Object.values(named)));
  const warnings: string[] = [];
  if (parameters.some(isTokenHeader)) {
    warnings.push('A header parameter X-Auth-Token makes an import fail: remove it.');
  }
  if (operations.length > MAX_APIS) {
    warnings.push(`The file has ${operations.length} APIs. ${helpFor('APIG.3127')}`);
  }
  return warnings;
}

const isTokenHeader = (parameter: unknown): boolean =>
  isFields(parameter) && parameter.in === 'header' && String(parameter.name).toLowerCase() === 'x-auth-token';
