import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Check, type Finding, fail, ok } from './check.ts';
import { type Deployment, resourcesOf, withoutHash } from './read-deployment.ts';

const NAME = 'dead letters';

/** One finding per dead-letter queue that is not empty. */
export function deadLettersCheck(client: SQSClient, deployment: Deployment): Check {
  return {
    name: NAME,
    async run() {
      const queues = resourcesOf(deployment, 'AWS::SQS::Queue', 'DeadLetters');
      const findings = await Promise.all(
        queues.map(({ logicalId, physicalId }) => look(client, logicalId, physicalId)),
      );
      const full = findings.filter((finding) => finding !== undefined);
      return full.length > 0 ? full : [ok(NAME, `${queues.length} queues, all empty`)];
    },
  };
}

async function look(client: SQSClient, logicalId: string, url: string): Promise<Finding | undefined> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  const count = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  if (count === 0) return undefined;
  const fix = 'see docs/operations.md, Dead letters: read them, fix the cause, redrive; they are deleted after 14 days';
  return fail(NAME, `about ${count} in ${withoutHash(logicalId)}`, fix);
}
