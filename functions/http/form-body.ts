import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import busboy from 'busboy';
import { cut } from '../tasks/safe-text.ts';
import type { ApiEvent } from './api-event.ts';
import { HttpProblem } from './problem.ts';
import { invalid, MAX_ECHO } from './read-request.ts';

/** What Huawei accepts as a request body, and so the most that a file may have after it was unpacked. */
export const MAX_FILE_BYTES = 12 * 1024 * 1024;
/** A form around a file of 12 MB. */
export const MAX_FORM_BYTES = MAX_FILE_BYTES + 64 * 1024;

/** A form as it was sent: text fields, and its one file, unpacked where it was gzip. */
export type Form = { fields: ReadonlyMap<string, string>; file: FormFile | undefined };
export type FormFile = { name: string; bytes: Buffer };

/** `fileField` is the one part that may, and has to, be a file. */
export type FormRules = { fileField: string };

/** Parts of more are refused as they are met, so that a hostile form costs no more memory than its own bytes. */
const LIMITS = { parts: 64, fields: 40, fieldSize: 8 * 1024, files: 2, headerPairs: 20 };

/** Reads a `multipart/form-data` body. Throws `HttpProblem`: 415, 413, or 400 that names the field to change. */
export async function readForm(event: ApiEvent, rules: FormRules): Promise<Form> {
  const contentType = event.headers['content-type'] ?? '';
  if (!/^multipart\/form-data *;/i.test(contentType)) throw notAForm();
  const body = bytesOf(event);
  if (body.length > MAX_FORM_BYTES) throw tooLarge(`The body has ${body.length} bytes.`);
  const { fields, file } = await parse(contentType, body, rules);
  return { fields, file: file && { name: file.name, bytes: await unpacked(file.bytes) } };
}

/** In a Lambda the body arrives in base64, and on one machine too, so that no byte is lost. */
function bytesOf({ body, isBase64Encoded }: ApiEvent): Buffer {
  return typeof body === 'string' ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : Buffer.alloc(0);
}

async function parse(contentType: string, body: Buffer, rules: FormRules): Promise<Form> {
  const parser = createParser(contentType);
  const reader = new FormReader(rules);
  parser.on('field', (name, value, info) => reader.field(name, value, info));
  parser.on('file', (name, stream, { filename }) => reader.file(name, filename, stream));
  for (const limit of ['partsLimit', 'fieldsLimit', 'filesLimit'] as const) {
    parser.on(limit, () => reader.refuse(badForm('The form has too many parts.')));
  }
  try {
    await pipeline(Readable.from([body]), parser);
  } catch (error) {
    reader.refuse(badForm(`The form cannot be read: ${error instanceof Error ? error.message : 'it is broken'}.`));
  }
  return reader.end();
}

function createParser(contentType: string): busboy.Busboy {
  try {
    const limits = { ...LIMITS, fileSize: MAX_FILE_BYTES + 1 };
    return busboy({ headers: { 'content-type': contentType }, limits, defParamCharset: 'utf8' });
  } catch {
    throw badForm('The Content-Type has no boundary. Leave the header to your HTTP client.');
  }
}

type FieldInfo = { valueTruncated: boolean };
const MAX_NAME = 100;

/** Collects the parts of one form, and the first problem with them. */
class FormReader {
  private readonly fields = new Map<string, string>();
  private readonly rules: FormRules;
  private found: { name: string; chunks: Buffer[] } | undefined;
  private problem: HttpProblem | undefined;

  constructor(rules: FormRules) {
    this.rules = rules;
  }

  refuse(problem: HttpProblem): void {
    this.problem ??= problem;
  }

  field(name: string | undefined, value: string, info: FieldInfo): void {
    const problem = this.fieldProblem(name, info);
    if (problem) this.refuse(problem);
    else if (name) this.fields.set(name, value);
  }

  file(name: string | undefined, filename: string | undefined, stream: Readable): void {
    stream.on('error', () => {});
    const problem = this.fileProblem(name ?? '');
    if (problem) {
      this.refuse(problem);
      stream.resume();
      return;
    }
    const chunks: Buffer[] = [];
    this.found = { name: filename ?? '', chunks };
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('limit', () => this.refuse(tooLarge(`The file has more than ${MAX_FILE_BYTES} bytes.`)));
  }

  end(): Form {
    if (this.problem) throw this.problem;
    const { fields, found } = this;
    return { fields, file: found && { name: found.name, bytes: Buffer.concat(found.chunks) } };
  }

  private fieldProblem(name: string | undefined, info: FieldInfo): HttpProblem | undefined {
    if (!name || name.length > MAX_NAME) return badForm('A field of the form has no name, or a very long one.');
    if (info.valueTruncated) return badField(name, `must have at most ${LIMITS.fieldSize} bytes`);
    if (name === this.rules.fileField) return badField(name, IS_NO_FILE);
    return this.fields.has(name) ? badField(name, 'is given more than once') : undefined;
  }

  private fileProblem(name: string): HttpProblem | undefined {
    if (name !== this.rules.fileField)
      return badField(name, `must not be a file: send the file as ${this.rules.fileField}`);
    return this.found && badField(name, 'is given more than once: import one file at a time');
  }
}

const IS_NO_FILE = 'must be a file, as with curl: -F file_name=@openapi.json';

async function unpacked(bytes: Buffer): Promise<Buffer> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_FILE_BYTES });
  } catch (error) {
    const isTooLarge = error instanceof RangeError;
    throw isTooLarge
      ? tooLarge(`The file has more than ${MAX_FILE_BYTES} bytes after it was unpacked.`)
      : badField('file_name', 'begins like gzip, and cannot be unpacked');
  }
}

function notAForm(): HttpProblem {
  return new HttpProblem(415, 'Send the body as "multipart/form-data", as with curl: -F file_name=@openapi.json.', {
    headers: { accept: 'multipart/form-data' },
  });
}

function badForm(detail: string): HttpProblem {
  return new HttpProblem(400, detail, { kind: 'invalid-request' });
}

function badField(name: string, detail: string): HttpProblem {
  return invalid([{ pointer: `#/${cut(name, MAX_ECHO)}`, detail }]);
}

/** Behind API Gateway a request ends at 10 MB of base64 or less: a packed file fits where a plain one does not. */
function tooLarge(found: string): HttpProblem {
  return new HttpProblem(
    413,
    `${found} Send at most ${MAX_FILE_BYTES}; where a gateway in between takes less (about 4.4 MB behind API Gateway), pack the file: gzip -k openapi.json, then -F file_name=@openapi.json.gz.`,
  );
}
