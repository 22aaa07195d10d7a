import { createHash } from 'node:crypto';
import type { FileStore } from '../../../functions/tasks/ports.ts';

/** A file store in memory; `stored` is by location. */
export function createMemoryFiles(): FileStore & { stored: Map<string, Buffer> } {
  const stored = new Map<string, Buffer>();
  return {
    stored,
    async put(key, body, mediaType) {
      const bytes = Buffer.from(body);
      stored.set(key, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { location: key, media_type: mediaType, size_bytes: bytes.length, sha256 };
    },
    async open({ location }) {
      const bytes = stored.get(location);
      return bytes && new Blob([new Uint8Array(bytes)]).stream();
    },
  };
}
