import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../functions/tasks/errors.ts';
import type { FileStore } from '../../functions/tasks/ports.ts';
import type { FileRef } from '../../functions/tasks/result.ts';

/** What every `FileStore` does. `make` gives an empty one. */
export function describeFileStore(name: string, make: () => Promise<FileStore>): void {
  describe(`FileStore: ${name}`, () => {
    it.each([
      ['text', '{"swagger":"2.0","info":{"title":"Grüße 😀"}}\r\n'],
      ['bytes', Uint8Array.from({ length: 256 }, (_, i) => i)],
      ['several megabytes', 'openapi: 3.0.0\n'.repeat(300_000)],
      ['nothing', ''],
    ])('keeps %s byte for byte', async (_, body) => {
      const files = await make();
      const bytes = Buffer.from(body);
      const ref = await files.put('task-1/api_v1.yaml', body, 'application/yaml');
      expect(ref).toEqual({
        location: 'task-1/api_v1.yaml',
        media_type: 'application/yaml',
        size_bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      expect((await contentOf(files, ref))?.equals(bytes)).toBe(true);
    });

    it('takes the same file again, also from two writers at once', async () => {
      const files = await make();
      const put = () => files.put('task-1/a.json', '{"a":1}', 'application/json');
      const refs = await Promise.all([put(), put(), put()]);
      expect(refs[1]).toEqual(refs[0]);
      const ref = await put();
      expect((await contentOf(files, ref))?.toString()).toBe('{"a":1}');
    });

    it('knows no file that was never put', async () => {
      const files = await make();
      expect(await files.open(refTo('task-1/none.json'))).toBeUndefined();
    });

    it.each(['../a', 't/../../a', '/etc/passwd', 't//a', 't/', 'a', 't/.a', 't/a\\..\\b', 't/%2e%2e', 't/a\0', ''])(
      'refuses the key %j, to write and to read',
      async (key) => {
        const files = await make();
        await expect(files.put(key, 'x', 'text/plain')).rejects.toThrow(StoreError);
        await expect(files.open(refTo(key))).rejects.toThrow(StoreError);
      },
    );
  });
}

export function refTo(location: string): FileRef {
  return { location, media_type: 'text/plain', size_bytes: 0, sha256: '' };
}

export async function contentOf(files: FileStore, ref: FileRef): Promise<Buffer | undefined> {
  const stream = await files.open(ref);
  if (stream === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
