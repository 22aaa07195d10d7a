import busboy from 'busboy';
import { type ApiError, apiErrors } from './errors.ts';
import type { ImportOrder } from './run-import.ts';

/** The body of `POST …/openapi/async-import`, checked as the API reference says. */
export async function parseImportRequest(contentType: string, body: Uint8Array): Promise<ImportOrder | ApiError> {
  const form = await parseMultipart(contentType, body);
  if (!form) return apiErrors.parameterError('the request body is not multipart/form-data');
  const error = checkFields(form.fields);
  if (error) return error;
  const text = form.files.get('file_name');
  return text === undefined ? apiErrors.missing('file_name') : orderOf(form, text);
}

function orderOf({ fields }: Form, text: string): ImportOrder | ApiError {
  const isNewGroup = fields.get('is_create_group') !== 'false';
  const groupId = fields.get('group_id');
  if (!isNewGroup && !groupId) return apiErrors.missing('group_id');
  const isBackendOptional = fields.get('simple_mode') === 'true' || fields.get('mock_mode') === 'true';
  const apiMode = fields.get('api_mode') === 'override' ? 'override' : 'merge';
  const order = { text, modes: { apiMode, isBackendOptional } } as const;
  return !isNewGroup && groupId ? { ...order, groupId } : order;
}

const BOOLEAN = ['true', 'false'];
const MODE = ['merge', 'override'];
const OPTIONS: Record<string, string[]> = {
  is_create_group: BOOLEAN,
  extend_mode: MODE,
  api_mode: MODE,
  simple_mode: BOOLEAN,
  mock_mode: BOOLEAN,
};

function checkFields(fields: Map<string, string>): ApiError | undefined {
  const wrong = Object.entries(OPTIONS).find(
    ([name, options]) => !options.includes(fields.get(name) ?? options[0] ?? ''),
  );
  return wrong && apiErrors.notAnOption(wrong[0]);
}

/** A parsed form: text fields, and files by the name of their part. */
type Form = { fields: Map<string, string>; files: Map<string, string> };

/** Parses `multipart/form-data`; undefined when it is something else or broken. */
async function parseMultipart(contentType: string, body: Uint8Array): Promise<Form | undefined> {
  if (!contentType.startsWith('multipart/form-data')) return undefined;
  try {
    return await parseWith(busboy({ headers: { 'content-type': contentType } }), body);
  } catch {
    return undefined;
  }
}

function parseWith(parser: busboy.Busboy, body: Uint8Array): Promise<Form> {
  const form: Form = { fields: new Map(), files: new Map() };
  return new Promise((resolve, reject) => {
    parser.on('field', (name, value) => form.fields.set(name, value));
    parser.on('file', (name, stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => form.files.set(name, Buffer.concat(chunks).toString()));
    });
    parser.on('error', reject);
    parser.on('close', () => resolve(form));
    parser.end(body);
  });
}
