import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { LISTED_ATTRIBUTES, NEWEST_INDEX, OPEN_INTENTS_INDEX } from '../functions/names.ts';
import type { Settings } from './settings.ts';

/** `PendingTasks`, one row per unfinished task, and `TaskResults`, one row per task that is over. */
export class Tables extends Construct {
  readonly pending: Table;
  readonly results: Table;
  /** Keys of starts, for 24 hours; absent where starting is off. */
  readonly intents: Table | undefined;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const common = {
      partitionKey: { name: 'task_id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: settings.dataRemoval === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      deletionProtection: settings.dataRemoval === 'retain',
    };
    this.pending = new Table(this, 'Pending', common);
    this.results = new Table(this, 'Results', { ...common, timeToLiveAttribute: 'expires_at' });
    this.results.addGlobalSecondaryIndex({
      indexName: NEWEST_INDEX,
      partitionKey: { name: 'listing', type: AttributeType.STRING },
      sortKey: { name: 'completed_at', type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: LISTED_ATTRIBUTES,
    });
    this.intents = settings.starts ? this.#createIntents(common) : undefined;
  }

  #createIntents(common: Omit<TableProps, 'partitionKey'>): Table {
    const intents = new Table(this, 'StartIntents', {
      ...common,
      // Its rows are of use for a day.
      removalPolicy: RemovalPolicy.DESTROY,
      deletionProtection: false,
      partitionKey: { name: 'start_key', type: AttributeType.STRING },
      timeToLiveAttribute: 'expires_at',
    });
    intents.addGlobalSecondaryIndex({
      indexName: OPEN_INTENTS_INDEX,
      partitionKey: { name: 'open_state', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    return intents;
  }

  /** Lets the poller keep its shards: rows `shard#<segment>/<segments>` among the results, and no others. */
  shardStatement(): PolicyStatement {
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['dynamodb:UpdateItem'],
      resources: [this.results.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['shard#*'] } },
    });
  }

  /** Lets a function remember which operator alerts it has raised, and which labels fail: rows `alert#…` and `label#…` among the results, and no others. */
  markerRowsStatement(): PolicyStatement {
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: [this.results.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['alert#*', 'label#*'] } },
    });
  }
}
