import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Bundles } from './backing.ts';
import { FilesBucket } from './files-bucket.ts';
import { Monitoring } from './monitoring.ts';
import { Notifications } from './notifications.ts';
import { addOutputs } from './outputs.ts';
import { Poller } from './poller.ts';
import { Secrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import { Tables } from './tables.ts';
import { TasksApi } from './tasks-api.ts';
import { Topics } from './topics.ts';
import { WakeQueue } from './wake-queue.ts';

export type NotifierStackProps = StackProps & { settings: Settings; bundles: Bundles };

/** The whole service in one stack. */
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
    const backing = {
      settings,
      bundles,
      tables: new Tables(this, 'Tables', settings),
      files: new FilesBucket(this, 'Files', settings),
      secrets: new Secrets(this, 'Secrets', settings),
      topics: new Topics(this, 'Topics', settings),
      wakes: new WakeQueue(this, 'Wakes'),
    };
    const api = new TasksApi(this, 'TasksApi', backing);
    const poller = new Poller(this, 'Poller', { ...backing, publicUrl: api.publicUrl });
    const notifications = new Notifications(this, 'Notifications', backing);
    const { operator } = backing.topics;
    const { dashboard } = new Monitoring(this, 'Monitoring', { settings, poller, api, notifications, operator });
    addOutputs(this, { ...backing, api, poller, notifications, dashboard });
  }
}
