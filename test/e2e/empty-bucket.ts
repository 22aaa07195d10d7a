import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { Outputs } from './cdk.ts';
import { output } from './deploy.ts';
import type { World } from './world.ts';

const PAGE = new URL('../../docs/operations.md', import.meta.url);

/** Runs the page's commands as they stand there, up to `cdk destroy`. Returns how many versions the bucket had; throws if one is left. */
export async function emptyBucketByThePage(world: World, outputs: Outputs): Promise<number> {
  const [, commands] =
    /```sh\n# dataRemoval "destroy"\n([\s\S]*?)npx cdk destroy/.exec(await readFile(PAGE, 'utf8')) ?? [];
  if (commands === undefined) throw new Error('docs/operations.md has no commands for dataRemoval "destroy"');
  const bucket = output(outputs, 'FilesBucket');
  const before = await countVersions(world, bucket);
  const script = `set -euo pipefail\noutput() { echo '${bucket}'; }\n${commands}`;
  await promisify(execFile)('bash', ['-c', script], { env: world.shell });
  const after = await countVersions(world, bucket);
  if (after > 0) throw new Error(`${after} versions are left in the bucket`);
  return before;
}

async function countVersions({ aws }: World, Bucket: string): Promise<number> {
  const { Versions = [], DeleteMarkers = [] } = await aws.s3.send(new ListObjectVersionsCommand({ Bucket }));
  return Versions.length + DeleteMarkers.length;
}
