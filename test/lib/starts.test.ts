import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { permissionsOf } from './permissions.ts';
import { resourcesOf, synthesize } from './synthesize.ts';

const off = synthesize();
const on = synthesize({ starts: true });

describe('starting imports and exports', () => {
  it('is off until a setting turns it on', () => {
    expect(resourcesOf(off).filter(({ id }) => /Start/.test(id))).toEqual([]);
  });

  it('is served by a function of its own, within the 30 seconds of API Gateway', () => {
    for (const path of ['imports', 'exports']) {
      on.hasResourceProperties('AWS::ApiGatewayV2::Route', { RouteKey: `POST /${path}` });
    }
    on.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('^Starts imports'),
      Timeout: 29,
    });
  });

  it('keeps its keys for as long as they say, and finds the open ones in an index', () => {
    on.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [{ AttributeName: 'start_key', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
      GlobalSecondaryIndexes: [Match.objectLike({ IndexName: 'open' })],
    });
    // As the setting says: switching it off deletes them.
    expect(resourcesOf(on, 'AWS::DynamoDB::Table').find(({ id }) => id.includes('StartIntents'))).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
  });

  it('goes on with what was interrupted once a minute', () => {
    on.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      Target: Match.objectLike({ Input: '{"resume":true}' }),
    });
  });

  it('may read the keys of Huawei Cloud, and publishes to no topic', () => {
    const permissions = permissionsOf(on, 'StartTasksFunctionRole').join('\n');
    expect(permissions).toContain('secretsmanager:GetSecretValue');
    expect(permissions).not.toMatch(/sns:|s3:/);
  });
});
