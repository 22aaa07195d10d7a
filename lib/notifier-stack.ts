import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ApigTaskNotifier } from './apig-task-notifier.ts';
import type { Bundles } from './backing.ts';
import type { Settings } from './settings.ts';

export type NotifierStackProps = StackProps & { settings: Settings; bundles: Bundles };

/** The construct in a stack of its own, and nothing else. */
export class NotifierStack extends Stack {
  constructor(scope: Construct, props: NotifierStackProps) {
    const { settings, bundles, ...stackProps } = props;
    super(scope, settings.stackName, {
      description: 'Notifies people and machines when Huawei Cloud API Gateway imports and exports finish',
      // Of the stack itself: CloudFormation passes them on to every resource that can have tags.
      tags: settings.tags,
      terminationProtection: settings.terminationProtection,
      ...stackProps,
    });
    // CDK leaves "Default" out of logical ids, so that outputs have the names that the pages and the doctor use.
    new ApigTaskNotifier(this, 'Default', settings, bundles);
  }
}
