import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import {
  FormData as UndiciFormData,
  type Pool as UndiciPool,
  type EnvHttpProxyAgent as UndiciProxyAgent,
} from 'undici';
import { describe, expect, it } from 'vitest';
import { lightenPlugin } from '../../lib/lighten-plugin.ts';
import { startLoopbackCloud } from './loopback-cloud.ts';

const require = createRequire(import.meta.url);

/** Bundles a module that re-exports these, and imports it. */
async function importLightened(source: string): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'lighten-'));
  writeFileSync(join(folder, 'entry.js'), source);
  const outfile = join(folder, 'out.mjs');
  await build({
    entryPoints: [join(folder, 'entry.js')],
    outfile,
    nodePaths: ['node_modules'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    define: { esbuildDetection: 'true' },
    plugins: [lightenPlugin],
    logLevel: 'silent',
  });
  return import(pathToFileURL(outfile).href);
}

describe('the lightened bundle', () => {
  it('unpacks the very parser that undici ships', async () => {
    const { default: wasm } = await importLightened(`export { default } from 'undici/lib/llhttp/llhttp_simd-wasm.js';`);
    expect(wasm).toEqual(require('undici/lib/llhttp/llhttp_simd-wasm.js'));
  });

  it('says what was left out, and where, when something reaches for it', async () => {
    const { Pool } = (await importLightened(`export { Pool } from 'undici';`)) as { Pool: typeof UndiciPool };
    await using cloud = await startLoopbackCloud();
    const pool = new Pool(cloud.url);
    const body = new UndiciFormData();
    body.set('name', 'value');
    await expect(pool.request({ path: '/', method: 'POST', body })).rejects.toThrow(
      'FormData is left out of this bundle: see lib/lighten-plugin.ts',
    );
    await pool.destroy();
  });

  it('opens a tunnel through a proxy, which this server refuses', async () => {
    const { EnvHttpProxyAgent } = (await importLightened(`export { EnvHttpProxyAgent } from 'undici';`)) as {
      EnvHttpProxyAgent: typeof UndiciProxyAgent;
    };
    await using cloud = await startLoopbackCloud();
    const agent = new EnvHttpProxyAgent({ httpsProxy: cloud.url, httpProxy: '', noProxy: '' });
    const request = agent.request({ origin: 'https://apig.example', path: '/', method: 'GET' });
    await expect(request).rejects.toMatchObject({ code: 'UND_ERR_PRX_CONN' });
    await agent.destroy();
  });

  it('takes credentials from the environment', async () => {
    const { read } = (await importLightened(`
      import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
      export const read = () => new DynamoDBClient({ region: 'eu-central-1' }).config.credentials();
    `)) as { read: () => Promise<{ accessKeyId: string }> };
    process.env.AWS_ACCESS_KEY_ID = 'from-environment';
    process.env.AWS_SECRET_ACCESS_KEY = 'secret';
    expect(await read()).toMatchObject({ accessKeyId: 'from-environment' });
  });
});
