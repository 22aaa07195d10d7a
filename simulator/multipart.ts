import busboy from 'busboy';

/** A parsed form: text fields, and files by the name of their part. */
export type Form = { fields: Map<string, string>; files: Map<string, string> };

/** Parses `multipart/form-data`; undefined when it is something else or broken. */
export async function parseMultipart(contentType: string, body: Uint8Array): Promise<Form | undefined> {
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
