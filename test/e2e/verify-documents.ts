import { createHash } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { type Deployment, output } from './deploy.ts';
import { KNOWN_DOCUMENT, LARGE_DOCUMENT, type WatchedTask } from './tasks.ts';
import { resultRow } from './verify-results.ts';
import type { World } from './world.ts';

type ExportView = { result: { sha256?: string } };

/** That exported documents come back byte for byte: from the bucket, and through the API. */
export async function verifyDocuments(world: World, deployment: Deployment, tasks: WatchedTask[]): Promise<void> {
  const idOf = (label: string) => tasks.find((task) => task.label === label)?.taskId ?? '';
  await verifyKnown(world, deployment, idOf('export-known'));
  await verifyLarge(world, deployment, idOf('export-large'));
  await verifyReal(world, deployment, idOf('export-json'));
  const imported = await deployment.api.call('GET', `/tasks/${idOf('import-clean')}/definition`);
  world.report.check('an import has no definition: 404', imported.status === 404, `${imported.bytes}`);
}

async function verifyKnown(world: World, { api, outputs }: Deployment, taskId: string): Promise<void> {
  const row = await resultRow(world, outputs, taskId);
  const Key = row?.result?.M?.file?.M?.location?.S ?? 'no location';
  const get = new GetObjectCommand({ Bucket: output(outputs, 'FilesBucket'), Key });
  const stored = await (await world.aws.s3.send(get)).Body?.transformToString();
  world.report.check('the bucket has the document as Huawei gave it', stored === KNOWN_DOCUMENT, row);
  const { status, bytes, headers } = await api.call('GET', `/tasks/${taskId}/definition`);
  const isSame = status === 200 && bytes.equals(Buffer.from(KNOWN_DOCUMENT));
  world.report.check(`GET /tasks/{task_id}/definition gives its ${bytes.length} bytes`, isSame, { status, headers });
}

/** More than a Lambda can answer: the API sends its reader to the bucket, which must know the signature. */
async function verifyLarge({ report }: World, { api }: Deployment, taskId: string): Promise<void> {
  const { status, headers, bytes } = await api.call('GET', `/tasks/${taskId}/definition`);
  report.check(
    'a document of 6.5 MB is a redirect to the bucket',
    status === 302,
    `${status} ${bytes.subarray(0, 500)}`,
  );
  const { location } = headers;
  if (location === undefined) return;
  const isSame = await fetch(location).then(async (response) => (await response.text()) === LARGE_DOCUMENT);
  report.check('where it is read without credentials', isSame, location.split('?')[0]);
}

async function verifyReal({ report }: World, { api }: Deployment, taskId: string): Promise<void> {
  const view = (await api.call('GET', `/tasks/${taskId}`)).json() as unknown as ExportView;
  const { bytes } = await api.call('GET', `/tasks/${taskId}/definition`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  report.check('an exported group has the SHA-256 that its result tells', sha256 === view.result.sha256, view);
}
