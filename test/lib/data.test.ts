import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { LISTED_ATTRIBUTES } from '../../functions/names.ts';
import { propertiesOf, resourcesOf, synthesize } from './synthesize.ts';

const production = synthesize();
const passing = synthesize({ dataRemoval: 'destroy' });

const tasksTables = (template: Template) =>
  resourcesOf(template, 'AWS::DynamoDB::Table')
    .filter(({ id }) => id.startsWith('Tables'))
    .map((table) => ({ ...table, id: table.id.slice(0, -8) }));

describe('tables', () => {
  it('are on demand, encrypted, recoverable to a point in time, and protected', () => {
    const tables = tasksTables(production);
    expect(tables.map(({ id }) => id)).toEqual(['TablesPending', 'TablesResults']);
    for (const { id, ...table } of tables) {
      expect(table, id).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
      expect(table.Properties, id).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
        KeySchema: [{ AttributeName: 'task_id', KeyType: 'HASH' }],
      });
    }
  });

  it('go with the stack when the settings say so', () => {
    passing.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
    for (const { id, Properties } of tasksTables(passing)) {
      expect(Properties, id).toMatchObject({ DeletionProtectionEnabled: false });
    }
  });

  it('keep the parts of the profiles under our own key, in no backup, and no longer than the stack', () => {
    const [parts] = resourcesOf(production, 'AWS::DynamoDB::Table').filter(({ id }) => id.startsWith('ProfileParts'));
    expect(parts).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'part', KeyType: 'HASH' }],
        SSESpecification: {
          SSEType: 'KMS',
          KMSMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching('^TopicsKey'), 'Arn'] },
        },
      },
    });
    expect(parts?.Properties).not.toHaveProperty('PointInTimeRecoverySpecification');
  });

  it('list results newest first, with what the functions show of a listing', () => {
    production.hasResourceProperties('AWS::DynamoDB::Table', {
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'newest',
          KeySchema: [
            { AttributeName: 'listing', KeyType: 'HASH' },
            { AttributeName: 'completed_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: LISTED_ATTRIBUTES },
        },
      ],
    });
  });

  it('let pending tasks expire by their deadline alone, never by TTL', () => {
    expect(propertiesOf(production, 'AWS::DynamoDB::Table', 'TablesPending')).not.toHaveProperty(
      'TimeToLiveSpecification',
    );
  });
});

describe('the bucket', () => {
  it('is private, versioned, encrypted and kept', () => {
    production.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    });
  });

  it('goes with the stack when the settings say so, and no function empties it', () => {
    passing.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    passing.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  it('refuses plain http', () => {
    production.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it.each([
    [90, 97],
    [30, 37],
    [3653, 3660],
  ])(
    'keeps what was stored for %i days a week longer than its result, whatever the setting is now',
    (days, expected) => {
      synthesize({ resultRetentionDays: 7 }).hasResourceProperties('AWS::S3::Bucket', {
        LifecycleConfiguration: {
          Rules: Match.arrayWith([
            { Id: `forget-${days}d`, Prefix: `${days}d/`, Status: 'Enabled', ExpirationInDays: expected },
          ]),
        },
      });
    },
  );

  it('keeps deleted versions for a week, and no upload that broke off', () => {
    production.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({
            NoncurrentVersionExpiration: { NoncurrentDays: 7 },
            ExpiredObjectDeleteMarker: true,
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
          }),
        ]),
      },
    });
  });
});

describe('secrets', () => {
  it('begin empty, but for one generated API key', () => {
    production.resourceCountIs('AWS::SecretsManager::Secret', 2);
    production.hasResourceProperties('AWS::SecretsManager::Secret', { SecretString: '{"profiles":{}}' });
    production.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: {
        SecretStringTemplate: '{"keys":[],"hashes":[]}',
        GenerateStringKey: 'generated_key',
        PasswordLength: 40,
        ExcludePunctuation: true,
      },
    });
  });

  it('have a place for Slack where Slack is on', () => {
    synthesize({ channels: true }).hasResourceProperties('AWS::SecretsManager::Secret', {
      SecretString: '{"channels":{}}',
    });
  });
});

describe('log groups', () => {
  it('all expire and go with the stack', () => {
    const template = synthesize({ logRetentionDays: 7, channels: true });
    template.resourceCountIs('AWS::Logs::LogGroup', 5);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
  });
});
