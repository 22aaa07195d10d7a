import { afterAll, beforeAll, expect, it } from 'vitest';
import { StoreError } from '../../../functions/tasks/errors.ts';
import { type Dynalite, startDynalite } from '../../support/dynalite.ts';
import { createProfilePartsTable } from '../../support/profile-parts.ts';

let dynamo: Dynalite;
beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.close());

it('gives each part as it was last put, and none before the first', async () => {
  const parts = await createProfilePartsTable(dynamo);
  await expect(parts.read('public')).rejects.toThrow(new StoreError('The poller has not read the Huawei secret yet'));
  await parts.put({ public: 'old', signing: 'keys' });
  await parts.put({ public: 'new', signing: 'keys' });
  expect(await Promise.all([parts.read('public'), parts.read('signing')])).toEqual(['new', 'keys']);
});
