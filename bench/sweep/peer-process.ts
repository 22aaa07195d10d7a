import { createRequire } from 'node:module';
import pLimit from 'p-limit';
import { Pool } from 'undici';
import { DEFAULT_ACCOUNT } from '../../simulator/defaults.ts';
import { answerRequests } from '../child.ts';
import { measure } from '../measure.ts';
import { taskIdOf } from './rows.ts';

export type Peer = 'floor' | 'sdk' | 'fetch' | 'sequential';
/** Asks for the tasks with the numbers below `tasks`, once each. */
export type PeerRequest = { peer: Peer; url: string; tasks: number };

const CONCURRENCY = 64;
const { projectId, instanceId, ak, sk } = DEFAULT_ACCOUNT;
const pathOf = (index: number) => `/v2/${projectId}/apigw/instances/${instanceId}/async-tasks/${taskIdOf(index)}`;
/** Peers that do not sign send a short token; nobody checks it. */
const HEADERS = { 'x-auth-token': 'token', accept: 'application/json' };

type Ask = (index: number) => Promise<string | undefined>;

const asks: Record<Peer, (url: string) => Ask> = {
  floor(url) {
    const pool = new Pool(url, { connections: CONCURRENCY });
    return async (index) => {
      const { body } = await pool.request({ path: pathOf(index), method: 'GET', headers: HEADERS });
      return statusOf(JSON.parse(await body.text()));
    };
  },
  sdk(url) {
    const require = createRequire(import.meta.url);
    const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core');
    // What its ClientBuilder builds; that one itself loads `uuid`, which the package forgets to depend on.
    const { HcClient } = require('@huaweicloud/huaweicloud-sdk-core/HcClient');
    const { DefaultHttpClient } = require('@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient');
    const credential = new BasicCredentials().withAk(ak).withSk(sk).withProjectId(projectId);
    const http = new DefaultHttpClient({}, [url]);
    const client = new HcClient(http, {}).withCredential(credential).withEndpoints([url]);
    return async (index) => {
      const request = { url: pathOf(index), method: 'GET', contentType: 'application/json', queryParams: {} };
      return statusOf(await client.sendRequest({ ...request, pathParams: {}, headers: {}, data: {} }));
    };
  },
  fetch: (url) => async (index) => statusOf(await (await fetch(url + pathOf(index), { headers: HEADERS })).json()),
  sequential: (url) => asks.fetch(url),
};

function statusOf(body: unknown): string | undefined {
  const { task_status } = body as { task_status?: string };
  return task_status;
}

answerRequests(async ({ peer, url, tasks }: PeerRequest) => {
  const ask = asks[peer](url);
  const limit = pLimit(peer === 'sequential' ? 1 : CONCURRENCY);
  let pending = 0;
  const poll = async (index: number) => {
    if ((await ask(index)) === 'processing') pending += 1;
  };
  const taken = await measure(() => Promise.all(Array.from({ length: tasks }, (_, i) => limit(poll, i))));
  if (pending !== tasks) throw new Error(`${peer} got ${pending} of ${tasks} answers`);
  return taken;
});
