import type { Plugin } from 'esbuild';

type Stub = {
  /** The import as it is written, and who writes it. */
  import: RegExp;
  importer: RegExp;
  /** What takes its place. */
  contents: string;
};

const leftOut = (what: string) => `new Error('${what} is left out of this bundle: see lib/bundle-stubs.ts')`;
const throwing = (what: string) => `throw ${leftOut(what)};`;

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
    // SHA-256 in JavaScript, for a Node without crypto (4 kB).
    import: /\/Sha256Js$/,
    importer: IN_SMITHY,
    contents: `export class Sha256Js { constructor() { ${throwing('SHA-256 in JavaScript')} } }`,
  },
  {
    // A Lambda's credentials are in its environment: no profile files, SSO, or metadata services (137 kB).
    import: /^@aws-sdk\/credential-provider-node$/,
    importer: /[\\/]@aws-sdk[\\/]/,
    contents: `import { fromEnv } from '@aws-sdk/credential-provider-env'; export const defaultProvider = fromEnv;`,
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
];

/** Replaces what the functions never reach by stand-ins that throw. */
export const stubsPlugin: Plugin = {
  name: 'stubs',
  setup(build) {
    for (const [index, stub] of STUBS.entries()) {
      build.onResolve({ filter: stub.import }, ({ importer, resolveDir }) =>
        stub.importer.test(importer) ? { path: `${index}`, namespace: 'stub', pluginData: resolveDir } : undefined,
      );
    }
    build.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path, pluginData }) => ({
      contents: STUBS[Number(path)]?.contents ?? '',
      resolveDir: pluginData,
      loader: 'js',
    }));
  },
};
