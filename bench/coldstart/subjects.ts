import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { BUNDLE_OPTIONS, bundleFunctions } from '../../lib/bundle-functions.ts';
import { bytesByPackage } from '../../lib/bundle-packages.ts';
import { lightenPlugin } from '../../lib/lighten-plugin.ts';

/** A module to import. `packages` are its bytes by package, the heaviest first. */
export type Subject = { name: string; file: string; bytes: number; packages: Record<string, number> };

/** Bundles, beside the SDK clients that they hold and nothing else: as they come, and lightened as the bundles are. */
export type Family = { clients: string[]; alone: Subject; lightened: Subject; bundles: Subject[] };

/** The clients that bundles hold, in this order: their service, package and export. */
const CLIENTS = [
  { service: 'DynamoDB', from: '@aws-sdk/client-dynamodb', name: 'DynamoDBClient' },
  { service: 'SNS', from: '@aws-sdk/client-sns', name: 'SNSClient' },
  { service: 'Secrets Manager', from: '@aws-sdk/client-secrets-manager', name: 'SecretsManagerClient' },
];
type Client = (typeof CLIENTS)[number];

/** A Lambda that does nothing. */
export async function emptyHandler(folder: string): Promise<Subject> {
  const file = path.join(folder, 'empty.mjs');
  const source = 'export const handler = async () => {};\n';
  await writeFile(file, source);
  return { name: 'empty handler', file, bytes: source.length, packages: {} };
}

/** Our bundles, those with the same SDK clients together. */
export async function bundleFamilies(folder: string): Promise<Family[]> {
  const bundles = (await bundleFunctions({ outdir: folder })).map(({ name, path: at, bytes, metafile }) => {
    return { name, file: path.join(at, 'index.mjs'), bytes, packages: bytesByPackage(metafile) };
  });
  const families = Map.groupBy(bundles, (bundle) =>
    CLIENTS.filter(isIn(bundle))
      .map(({ service }) => service)
      .join(),
  );
  return Promise.all([...families.values()].map((members) => familyOf(members, folder)));
}

/** Whether the bundle holds that client. Throws when it holds one that is not in the list above. */
function isIn({ name, packages }: Subject): (client: Client) => boolean {
  const held = Object.keys(packages).filter((each) => each.startsWith('@aws-sdk/client-'));
  const unknown = held.filter((each) => CLIENTS.every(({ from }) => from !== each));
  if (unknown.length > 0) throw new Error(`${name} holds ${unknown}, which this benchmark does not know`);
  return ({ from }) => held.includes(from);
}

async function familyOf(bundles: Subject[], folder: string): Promise<Family> {
  const clients = CLIENTS.filter((client) => bundles.every((bundle) => isIn(bundle)(client)));
  return {
    clients: clients.map(({ service }) => service),
    alone: await bundleClients(folder, clients),
    lightened: await bundleClients(folder, clients, lightenPlugin),
    bundles,
  };
}

/** The clients as the SDK's documentation makes them, bundled by the same tool. */
async function bundleClients(folder: string, clients: Client[], plugin?: Plugin): Promise<Subject> {
  const contents = [
    ...clients.map(({ name, from }) => `import { ${name} } from '${from}';`),
    `const clients = [${clients.map(({ name }) => `new ${name}({})`)}];`,
    'export const handler = async () => clients.length;',
  ].join('\n');
  const file = path.join(folder, `${plugin ? 'lightened' : 'alone'}-${clients.map(({ name }) => name).join('-')}.mjs`);
  const { metafile } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    outfile: file,
    ...BUNDLE_OPTIONS,
    plugins: plugin ? [plugin] : [],
  });
  const bytes = Object.values(metafile.outputs)[0]?.bytes ?? 0;
  const name = plugin ? 'the same, lightened as ours are' : 'SDK clients alone';
  return { name, file, bytes, packages: bytesByPackage(metafile) };
}
