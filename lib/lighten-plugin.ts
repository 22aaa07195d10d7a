import { readFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'esbuild';

type Stub = {
  /** The import as it is written, and who writes it. */
  import: RegExp;
  importer: RegExp;
  /** What takes its place. */
  contents: string;
};

const leftOut = (what: string) => `new Error('${what} is left out of this bundle: see lib/lighten-plugin.ts')`;
const throwing = (what: string) => `throw ${leftOut(what)};`;

const IN_SDK = /[\\/]@aws-sdk[\\/]/;
const IN_SMITHY = /[\\/]@smithy[\\/]/;
const IN_UNDICI = /[\\/]undici[\\/]lib[\\/]/;

/**
 * What a Lambda of this project carries for nothing, by size. Each stand-in throws when it is reached, and says where it comes from.
 * docs/decisions/010-bundles-through-the-esbuild-api.md has the measurements.
 */
const STUBS: readonly Stub[] = [
  {
    // Event streams (Kinesis, Transcribe) are imported when an operation has one; none of ours has (14 kB).
    import: /^@smithy\/core\/event-streams$/,
    importer: IN_SMITHY,
    contents: throwing('Event streams'),
  },
  {
    // A Lambda's credentials are in its environment: no profile files, SSO, or metadata services (137 kB).
    import: /^@aws-sdk\/credential-provider-node$/,
    importer: IN_SDK,
    contents: `import { fromEnv } from '@aws-sdk/credential-provider-env'; export const defaultProvider = fromEnv;`,
  },
  {
    // DynamoDB's endpoint discovery, which is off unless a setting turns it on, and its LRU cache (9 kB).
    import: /^@aws-sdk\/middleware-endpoint-discovery$/,
    importer: IN_SDK,
    contents: `
      export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
        environmentVariableSelector: () => undefined, configFileSelector: () => undefined, default: undefined };
      export const resolveEndpointDiscoveryConfig = (config) => config;`,
  },
  {
    // The index loads fetch, caches and mocks as well (280 kB, 40 ms): only what huawei/transport.ts imports.
    import: /^undici$/,
    importer: /./,
    contents: `
      import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
      import connect from 'undici/lib/api/api-connect.js';
      import request from 'undici/lib/api/api-request.js';
      import Pool from 'undici/lib/dispatcher/pool.js';
      import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
      Object.assign(Dispatcher.prototype, { connect, request });
      export { EnvHttpProxyAgent, Pool };`,
  },
  {
    // llhttp without SIMD, for processors that Lambda does not have (72 kB).
    import: /\/llhttp-wasm\.js$/,
    importer: IN_UNDICI,
    contents: throwing('llhttp without SIMD'),
  },
  {
    // Pools are made with allowH2: false. Loaded eagerly, so it throws at the call and not before.
    import: /\/client-h2\.js$/,
    importer: IN_UNDICI,
    contents: `module.exports = () => { ${throwing('HTTP/2')} };`,
  },
  {
    // Bodies are strings: no FormData, and with it no fetch and no WebIDL.
    import: /\/web\/(fetch\/(body\.js|formdata)|webidl)$/,
    importer: IN_UNDICI,
    contents: throwing('FormData'),
  },
  {
    // Imported as an ES module it reads all its exports, and WebSocket among them loads Node's own undici (35 ms).
    import: /^(node:)?http$/,
    importer: /./,
    contents: `module.exports = process.getBuiltinModule('node:http');`,
  },
];

/** The text of a module in fewer bytes, doing the same. */
type Shrink = { file: RegExp; shrink: (text: string) => string };

const SHRINKS: readonly Shrink[] = [
  {
    // The parser is WebAssembly in base64; compressed it has half the bytes, and unpacking takes a millisecond.
    file: /[\\/]llhttp_simd-wasm\.js$/,
    shrink: shrinkWasm,
  },
  {
    // The page and the API's description are asked for rarely: a fifth of their bytes, unpacked at the first request.
    file: /[\\/]functions[\\/]http[\\/](openapi[\\/]openapi|status-page)\.json$/,
    shrink: shrinkJson,
  },
];

function shrinkJson(text: string): string {
  const packed = brotliCompressSync(JSON.stringify(JSON.parse(text))).toString('base64');
  return `
    import { brotliDecompressSync } from 'node:zlib';
    export default JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString());`;
}

function shrinkWasm(text: string): string {
  const base64 = /'(AGFzbQ[\w+/=]+)'/.exec(text)?.[1];
  if (!base64) throw new Error('undici keeps its WebAssembly in another form than lib/lighten-plugin.ts knows');
  const packed = brotliCompressSync(Buffer.from(base64, 'base64')).toString('base64');
  return `module.exports = require('node:zlib').brotliDecompressSync(Buffer.from('${packed}', 'base64'));`;
}

/** Replaces what the functions never reach by stand-ins that throw, and packs tighter what they do reach. */
export const lightenPlugin: Plugin = {
  name: 'lighten',
  setup(build) {
    for (const [index, stub] of STUBS.entries()) {
      build.onResolve({ filter: stub.import }, ({ importer, resolveDir }) =>
        stub.importer.test(importer) ? { path: `${index}`, namespace: 'stub', pluginData: resolveDir } : undefined,
      );
    }
    for (const { file, shrink } of SHRINKS) {
      build.onLoad({ filter: file }, async ({ path }) => ({
        contents: shrink(await readFile(path, 'utf8')),
        loader: 'js',
      }));
    }
    build.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path, pluginData }) => ({
      contents: STUBS[Number(path)]?.contents ?? '',
      resolveDir: pluginData,
      loader: 'js',
    }));
  },
};
