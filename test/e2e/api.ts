import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Emulator } from './emulator/emulator.ts';

export type Answer = {
  status: number;
  headers: IncomingMessage['headers'];
  bytes: Buffer;
  json(): Record<string, unknown>;
};

type Options = {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  rawBody?: Buffer;
  headers?: Record<string, string>;
  apiKey?: string;
};

/** The deployed HTTP API, as a client with a key calls it. */
export type Api = {
  readonly url: string;
  call(method: string, path: string, options?: Options): Promise<Answer>;
};

/**
 * Calls the API at `url`, an output of the stack. Its host name leads nowhere on this machine: the emulator listens on
 * one address for all of AWS and tells APIs apart by the `Host` header.
 */
export function createApi(emulator: Emulator, { url, apiKey }: { url: string; apiKey: string }): Api {
  return {
    url,
    async call(method, path, options = {}) {
      const json = options.body === undefined ? undefined : JSON.stringify(options.body);
      const body = options.rawBody ?? json;
      const call = request({
        ...{ method, path, host: '127.0.0.1', port: emulator.port },
        headers: {
          host: new URL(url).host,
          authorization: `Bearer ${options.apiKey ?? apiKey}`,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
          ...options.headers,
        },
        // The certificate is for the address, not for the API's name.
        servername: 'localhost',
      });
      call.end(body);
      const [response]: IncomingMessage[] = await once(call, 'response');
      if (!response) throw new Error(`${method} ${path} was not answered`);
      const bytes = await buffer(response);
      return { status: response.statusCode ?? 0, headers: response.headers, bytes, json: () => JSON.parse(`${bytes}`) };
    },
  };
}
