import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { createAws } from './aws.ts';
import { type Deployment, output } from './deploy.ts';
import { createStranger } from './stranger.ts';
import type { World } from './world.ts';

/** That permissions count here: without this, all that follows would prove nothing about the roles of the functions. */
export async function verifyAccess({ report, emulator }: World, { api, outputs }: Deployment): Promise<void> {
  const stranger = createAws(emulator.url, await createStranger(emulator));
  const scan = new ScanCommand({ TableName: output(outputs, 'PendingTable') });
  const refusal = await stranger.dynamo.send(scan).then(
    () => 'allowed',
    (error: Error) => error.name,
  );
  report.check(
    'IAM refuses a user without permissions the pending table',
    refusal === 'AccessDeniedException',
    refusal,
  );
  const wrongKey = await api.call('GET', '/tasks', { apiKey: 'not-the-generated-key-at-all' });
  report.check('the API refuses a wrong key with 401', wrongKey.status === 401, `${wrongKey.bytes}`);
  const listed = await api.call('GET', '/tasks');
  report.check('the API knows the generated key', listed.status === 200, `${listed.status} ${listed.bytes}`);
}
