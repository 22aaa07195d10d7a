import { Aws, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { allow } from './node-function.ts';

/**
 * What functions without a right to the Huawei secret may know of it, a row for each part. The poller, which may read the
 * secret, writes them. It holds signing secrets, so it is encrypted with a key of our own: a right to read tables does not do.
 */
export class ProfileParts extends Construct {
  readonly table: Table;
  readonly #key: IKey;

  constructor(scope: Construct, id: string, key: IKey) {
    super(scope, id);
    this.#key = key;
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'part', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'A copy that the poller renews: a backup would keep signing secrets that people have taken out.',
    });
  }

  /** Lets the poller write every part. Source of the actions on keys: aws-cdk-lib, which grants the same. */
  writeStatements(): PolicyStatement[] {
    const actions = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext'];
    return [
      allow(['dynamodb:PutItem'], this.table.tableArn),
      this.#onKey([...actions, 'ReEncryptFrom', 'ReEncryptTo'].map((action) => `kms:${action}`)),
    ];
  }

  /** Lets a function read one part, and no other. */
  readStatements(part: 'public' | 'signing'): PolicyStatement[] {
    const read = allow(['dynamodb:GetItem'], this.table.tableArn);
    read.addCondition('ForAllValues:StringEquals', { 'dynamodb:LeadingKeys': [part] });
    return [read, this.#onKey(['kms:Decrypt', 'kms:DescribeKey'])];
  }

  /** Through DynamoDB alone. */
  #onKey(actions: string[]): PolicyStatement {
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions,
      resources: [this.#key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
    });
  }
}
