import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { ApigTaskNotifier } from '../../lib/apig-task-notifier.ts';
import { createBundles, createStack, resourcesOf, synthesize } from './synthesize.ts';

describe('the stack', () => {
  it('has the tags of the settings itself, so that CloudFormation puts them on everything', () => {
    const { app, stack } = createStack({ tags: { team: 'platform' } });
    expect(app.synth().getStackByName(stack.stackName).tags).toEqual({ team: 'platform' });
  });

  it('is protected against deletion when the settings say so', () => {
    const isProtected = (settings: unknown) => {
      const { app, stack } = createStack(settings);
      return app.synth().getStackByName(stack.stackName).terminationProtection ?? false;
    };
    expect([isProtected({}), isProtected({ terminationProtection: true })]).toEqual([false, true]);
  });
});

describe('the construct in an app of its own', () => {
  it('has outputs that begin with its id', () => {
    const stack = new Stack(new App(), 'Platform');
    new ApigTaskNotifier(stack, 'my-tasks', {}, createBundles());
    const outputs = Object.keys(Template.fromStack(stack).toJSON().Outputs);
    expect(outputs).toEqual(Object.keys(synthesize().toJSON().Outputs).map((name) => `mytasks${name}`));
  });

  it('lets a role of the app read the keys or the results, and nothing else', () => {
    const stack = new Stack(new App(), 'Platform');
    const tasks = new ApigTaskNotifier(stack, 'Tasks', {}, createBundles());
    const [caller, reader] = ['Caller', 'Reader'].map(
      (id) => new Role(stack, id, { assumedBy: new AccountRootPrincipal() }),
    );
    tasks.grantReadApiKeys(caller ?? expect.fail());
    tasks.grantReadResults(reader ?? expect.fail());
    const policies = resourcesOf(Template.fromStack(stack), 'AWS::IAM::Policy');
    const actionsOf = (id: string) => {
      const policy = policies.find((one) => one.id.startsWith(id));
      return JSON.stringify(policy?.Properties.PolicyDocument).match(
        /\w+:(?:Get|Desc|Put|Delete|Scan|Query|Batch|List|Condition)\w*/g,
      );
    };
    expect(actionsOf('Caller')).toEqual(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret']);
    expect(actionsOf('Reader')).toEqual(expect.arrayContaining(['dynamodb:GetItem', 'dynamodb:Query', 's3:GetObject']));
    expect(actionsOf('Reader')?.filter((action) => /Put|Delete/.test(action))).toEqual([]);
  });
});

describe('an account with rules of its own', () => {
  it('gets its permissions boundary on every role', () => {
    const { stack } = createStack(
      { channels: true, dataRemoval: 'destroy' },
      { '@aws-cdk/core:permissionsBoundary': { name: 'developers' } },
    );
    const roles = resourcesOf(Template.fromStack(stack), 'AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(4);
    for (const { id, Properties } of roles) {
      expect(JSON.stringify(Properties.PermissionsBoundary), id).toContain(':policy/developers');
    }
  });

  it('is deployed through the bootstrap stack with its qualifier', () => {
    const { app, stack } = createStack({}, { '@aws-cdk/core:bootstrapQualifier': 'notifier' });
    expect(Template.fromStack(stack).toJSON().Parameters.BootstrapVersion.Default).toBe(
      '/cdk-bootstrap/notifier/version',
    );
    const { assumeRoleArn } = app.synth().getStackByName(stack.stackName);
    expect(assumeRoleArn).toContain('cdk-notifier-deploy-role');
  });
});

/**
 * CloudFormation replaces a resource whose logical id changes, and with it what it holds or what others know it by: rows,
 * files, credentials, subscriptions, the address of the API. It cannot change the projection of an index either.
 */
const FROZEN = {
  'AWS::DynamoDB::Table': ['ProfilePartsTable98C7D80A', 'TablesPendingD8FDE3A0', 'TablesResultsD85FCDF1'],
  'AWS::S3::Bucket': ['Files8E6940B8'],
  'AWS::SecretsManager::Secret': ['SecretsApiKeys7AB8F12A', 'SecretsChannels143B99DB', 'SecretsHuawei8A441DB8'],
  'AWS::SNS::Topic': [
    ...['TopicsChatF780730B', 'TopicsOperatorB276CFF0', 'TopicsTaskAlertsEBD985F8', 'TopicsTaskEventsF75C6B87'],
  ],
  'AWS::KMS::Key': ['TopicsKey64CE8550'],
  'AWS::ApiGatewayV2::Api': ['TasksApi2B160F19'],
};
const FROZEN_INDEX = {
  newest: [
    ...['instance_id', 'project_id', 'profile', 'label', 'context', 'group_name', 'watch'],
    ...['outcome', 'task_type', 'task_status', 'registered_at'],
    ...['registered_by', 'polls', 'summary', 'first_failure', 'error', 'expires_at'],
  ],
};
const INSTEAD =
  'From version 1.0.0 on, do not change these lists: keep the id (overrideLogicalId, or the old construct path), and give ' +
  'an index with other attributes a new name beside the old one, until no deployment reads the old one. Before 1.0.0, ' +
  'write the new ids here: each deployment loses what the old resources hold.';

describe('what an upgrade must not replace', () => {
  const { stack } = createStack({ channels: true, chatTopic: true });
  const resources = resourcesOf(Template.fromStack(stack));

  it.each(Object.entries(FROZEN))('has its logical ids: %s', (type, ids) => {
    const present = resources.filter(({ Type }) => Type === type).map(({ id }) => id);
    expect(present.toSorted(), INSTEAD).toEqual(ids);
  });

  it('has its indexes and their attributes', () => {
    type Index = { IndexName: string; Projection: { NonKeyAttributes: string[] } };
    const indexes = resources.flatMap(({ Properties }) => (Properties?.GlobalSecondaryIndexes ?? []) as Index[]);
    const present = indexes.map(({ IndexName, Projection }) => [IndexName, Projection.NonKeyAttributes]);
    expect(Object.fromEntries(present), INSTEAD).toEqual(FROZEN_INDEX);
  });
});
