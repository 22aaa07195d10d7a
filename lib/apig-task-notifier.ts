import { Stack, Tags } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type * as z from 'zod';
import type { Bundles } from './backing.ts';
import { FilesBucket } from './files-bucket.ts';
import { Monitoring } from './monitoring.ts';
import { Notifications } from './notifications.ts';
import { addOutputs } from './outputs.ts';
import { packagedBundles } from './packaged-bundles.ts';
import { Poller } from './poller.ts';
import { ProfileParts } from './profile-parts.ts';
import { Secrets } from './secrets.ts';
import { parseSettings, type settingsSchema } from './settings.ts';
import { StartTasks } from './start-tasks.ts';
import { Tables } from './tables.ts';
import { TasksApi } from './tasks-api.ts';
import { Topics } from './topics.ts';
import { WakeQueue } from './wake-queue.ts';

/** The fields of the settings file; each has a default. */
export type ApigTaskNotifierSettings = z.input<typeof settingsSchema>;

/**
 * The whole service, for an app of your own: `new ApigTaskNotifier(this, 'Tasks', {alertEmails: [...]})`.
 * Throws `SettingsError` with every problem of the settings at once.
 */
export class ApigTaskNotifier extends Construct {
  /** Base URL of the HTTP API. */
  readonly apiUrl: string;
  /** CloudEvents for machines; subscribe with a filter on `outcome`, `task_type`, `instance_id`, `profile` or `label`. */
  readonly events: Topic;
  /** Plain text for people. */
  readonly alerts: Topic;
  /** Alarms and broken profiles. */
  readonly operator: Topic;
  /** For Amazon Q Developer, with `chatTopic`. */
  readonly chat: Topic | undefined;
  readonly pendingTable: Table;
  readonly resultsTable: Table;
  /** Exported documents and large results. */
  readonly files: Bucket;
  /** To be filled: `{"profiles":{"default":{…}}}`. */
  readonly huaweiSecret: Secret;
  /** Contains the first API key as `generated_key`. */
  readonly apiKeysSecret: Secret;
  /** To be filled, with `channels`. */
  readonly channelsSecret: Secret | undefined;
  readonly dashboard: Dashboard;

  /** `bundles`: folders of the functions; default: those in this package. */
  constructor(
    scope: Construct,
    id: string,
    settings: ApigTaskNotifierSettings = {},
    bundles: Bundles = packagedBundles(),
  ) {
    super(scope, id);
    const backing = this.#createBacking(parseSettings({ stackName: Stack.of(this).stackName, ...settings }), bundles);
    const { topics, tables, files, secrets } = backing;
    const api = new TasksApi(this, 'TasksApi', backing);
    const { intents } = tables;
    const starts = intents && new StartTasks(this, 'StartTasks', { ...backing, api: api.api, intents });
    const poller = new Poller(this, 'Poller', { ...backing, publicUrl: api.publicUrl });
    const notifications = new Notifications(this, 'Notifications', backing);
    const monitored = { settings: backing.settings, poller, api, notifications, operator: topics.operator };
    const { dashboard } = new Monitoring(this, 'Monitoring', monitored);
    addOutputs(this, { ...backing, api, starts, poller, notifications, dashboard });
    for (const [key, value] of Object.entries(backing.settings.tags)) Tags.of(this).add(key, value);

    this.apiUrl = api.url;
    this.events = topics.events;
    this.alerts = topics.alerts;
    this.operator = topics.operator;
    this.chat = topics.chat;
    this.pendingTable = tables.pending;
    this.resultsTable = tables.results;
    this.files = files;
    this.huaweiSecret = secrets.huawei;
    this.apiKeysSecret = secrets.apiKeys;
    this.channelsSecret = secrets.channels;
    this.dashboard = dashboard;
  }

  /** Lets an app's function read the API keys, to call the API. */
  grantReadApiKeys(grantee: IGrantable): void {
    this.apiKeysSecret.grantRead(grantee);
  }

  /** Lets an app's function read results and exported documents without the API. */
  grantReadResults(grantee: IGrantable): void {
    this.resultsTable.grantReadData(grantee);
    this.files.grantRead(grantee);
  }

  #createBacking(settings: ReturnType<typeof parseSettings>, bundles: Bundles) {
    const topics = new Topics(this, 'Topics', settings);
    return {
      settings,
      bundles,
      tables: new Tables(this, 'Tables', settings),
      files: new FilesBucket(this, 'Files', settings),
      secrets: new Secrets(this, 'Secrets', settings),
      topics,
      profileParts: new ProfileParts(this, 'ProfileParts', topics.key),
      wakes: new WakeQueue(this, 'Wakes'),
    };
  }
}
