import { gzipSync } from 'node:zlib';
import { EXPORT_FIELDS } from '../../local/demo/huawei-user.ts';
import type { Answer } from './api.ts';
import type { Deployment } from './deploy.ts';
import type { World } from './world.ts';

const KEY = 'e2e-build-4711';
const TITLE = 'e2e-starts';

/** Starts an import and an export through the deployed API, repeats both, and waits for their ends. */
export async function verifyStarts(world: World, deployment: Deployment): Promise<void> {
  const { report } = world;
  await report.step('start an import and an export through the deployed API', async () => {
    const imported = await verifyImport(world, deployment);
    const exported = await verifyExport(world, deployment);
    await untilSucceeded(world, deployment, [imported, exported]);
  });
}

async function verifyImport({ report, simulator }: World, deployment: Deployment): Promise<string> {
  const begun = () => simulator.control.stats().byRoute.import ?? 0;
  const before = begun();
  const first = await postImport(deployment, 'nightly');
  report.check('POST /imports answers 202 with the task', first.status === 202, `${first.status} ${first.bytes}`);
  const task = first.json();
  const isKnown = task.task_type === 'import_api' && task.group_name === TITLE;
  report.check('its type, group and file are known before its first poll', isKnown, task);
  // Each form has a boundary of its own.
  const again = await postImport(deployment, 'nightly');
  const isSame = again.status === 200 && again.json().task_id === task.task_id;
  report.check('the same request with its key gets the same task', isSame, `${again.status} ${again.bytes}`);
  const other = await postImport(deployment, 'weekly');
  report.check(
    'another request with the key is refused with 422',
    other.status === 422,
    `${other.status} ${other.bytes}`,
  );
  report.check('the import began once', begun() === before + 1, simulator.control.stats().byRoute);
  return String(task.task_id);
}

/** Packed, as a large file would be. */
async function postImport({ api }: Deployment, label: string): Promise<Answer> {
  const backend = { 'x-apigateway-backend': { type: 'MOCK', mockEndpoints: {} } };
  const definition = { swagger: '2.0', info: { title: TITLE, version: '1' }, paths: { '/é': { get: backend } } };
  const form = new FormData();
  form.set('file_name', new File([new Uint8Array(gzipSync(JSON.stringify(definition)))], 'api.json.gz'));
  form.set('label', label);
  const encoded = new Response(form);
  const headers = { 'content-type': encoded.headers.get('content-type') ?? '', 'idempotency-key': KEY };
  return api.call('POST', '/imports', { rawBody: Buffer.from(await encoded.arrayBuffer()), headers });
}

async function verifyExport({ report }: World, { api }: Deployment): Promise<string> {
  const request = { body: { ...EXPORT_FIELDS, label: 'nightly' }, headers: { 'idempotency-key': `${KEY}-export` } };
  const first = await api.call('POST', '/exports', request);
  report.check('POST /exports answers 202 with the task', first.status === 202, `${first.status} ${first.bytes}`);
  const again = await api.call('POST', '/exports', request);
  const isSame = again.status === 200 && again.json().task_id === first.json().task_id;
  report.check('the same export with its key gets the same task', isSame, `${again.status} ${again.bytes}`);
  return String(first.json().task_id);
}

async function untilSucceeded({ report }: World, { api }: Deployment, taskIds: string[]): Promise<void> {
  const ends = await report.until({
    what: 'waiting for what was started',
    timeoutMs: 120_000,
    async probe() {
      const views = await Promise.all(taskIds.map(async (id) => (await api.call('GET', `/tasks/${id}`)).json()));
      return views.every(({ state }) => state === 'final') ? views : undefined;
    },
  });
  report.check(
    'both succeeded',
    ends.every(({ outcome }) => outcome === 'succeeded'),
    ends,
  );
}
