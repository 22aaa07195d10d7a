import { splitProfiles } from '../../functions/huawei/profile-parts.ts';
import { ensureTable } from '../../functions/stores/dynamo/tables.ts';
import { createDynamoProfileParts } from '../../functions/stores/secrets.ts';
import type { Dynalite } from './dynalite.ts';

export const PROFILE_PARTS_TABLE = 'ProfileParts';

/** The table as the stack makes it, empty. */
export async function createProfilePartsTable({ client }: Pick<Dynalite, 'client'>) {
  await ensureTable(client, {
    TableName: PROFILE_PARTS_TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'part', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'part', KeyType: 'HASH' }],
  });
  return createDynamoProfileParts({ client, tableName: PROFILE_PARTS_TABLE });
}

/** The table as the poller leaves it after it has read a secret with these profiles. */
export async function fillProfileParts(dynamo: Pick<Dynalite, 'client'>, profiles: object): Promise<void> {
  const parts = await createProfilePartsTable(dynamo);
  await parts.put(splitProfiles(JSON.stringify({ profiles })));
}
