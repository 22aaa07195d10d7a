import type { IncomingMessage } from 'node:http';

/** Request bodies end at 12 MB, as Huawei documents. */
const MAX_BODY_BYTES = 12 * 1024 * 1024;

/** The whole body, or undefined when it is too large (the rest is read and dropped, so that the client can read the answer). */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}
