import { type ApiError, apiErrors } from './api-error.ts';
import type { ImportOrder } from './import-result.ts';
import { type Form, parseMultipart } from './multipart.ts';

type Parsed = { kind: 'order'; order: Omit<ImportOrder, 'successStatus'> } | { kind: 'refused'; error: ApiError };

const refuse = (error: ApiError): Parsed => ({ kind: 'refused', error });

/** The body of `POST …/openapi/async-import`, checked as the API reference says. */
export async function parseImportRequest(contentType: string, body: Uint8Array): Promise<Parsed> {
  const form = await parseMultipart(contentType, body);
  if (!form) return refuse(apiErrors.parameterError('the request body is not multipart/form-data'));
  const error = checkFields(form.fields);
  if (error) return refuse(error);
  const text = form.files.get('file_name');
  return text === undefined ? refuse(apiErrors.missing('file_name')) : orderOf(form, text);
}

function orderOf({ fields }: Form, text: string): Parsed {
  const isNewGroup = fields.get('is_create_group') !== 'false';
  const groupId = fields.get('group_id');
  if (!isNewGroup && !groupId) return refuse(apiErrors.missing('group_id'));
  const isBackendOptional = fields.get('simple_mode') === 'true' || fields.get('mock_mode') === 'true';
  const apiMode = fields.get('api_mode') === 'override' ? 'override' : 'merge';
  const order = { text, modes: { apiMode, isBackendOptional } } as const;
  return { kind: 'order', order: !isNewGroup && groupId ? { ...order, groupId } : order };
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
