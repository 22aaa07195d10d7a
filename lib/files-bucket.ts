import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { retentionFolder } from '../functions/names.ts';
import { RETENTION_DAYS, type Settings } from './settings.ts';

/** Days that a file outlives its result: DynamoDB's TTL may be days late, and a late row must not point to nothing. */
const GRACE_DAYS = 7;

/** A rule for each number that `resultRetentionDays` can be: files are in the folder of the one that held when they were stored. */
const RETENTION_RULES = RETENTION_DAYS.map((days) => ({
  id: `forget-${retentionFolder(days)}`,
  prefix: `${retentionFolder(days)}/`,
  expiration: Duration.days(days + GRACE_DAYS),
}));

/** The private bucket of exported documents and of results too large for a table item. */
export class FilesBucket extends Bucket {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: settings.dataRemoval === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: [
        ...RETENTION_RULES,
        {
          id: 'forget-the-deleted',
          noncurrentVersionExpiration: Duration.days(GRACE_DAYS),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Only two functions of this stack may access the bucket; the poller logs each file it writes and the ' +
        'HTTP API’s access log has each read. CloudTrail data events of the account show access from elsewhere.',
    });
  }

  /** Says, for the roles inside a construct, why they may reach every object. */
  acknowledgeObjects(construct: Construct) {
    const bucket = Stack.of(this).resolve((this.node.defaultChild as CfnBucket).logicalId);
    Validations.of(construct).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/*]`,
      reason:
        'One action on the objects of the stack’s bucket: their names contain task ids that are not known in advance.',
    });
  }
}
