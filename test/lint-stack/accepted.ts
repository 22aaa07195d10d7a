/** Findings of cfn-lint and checkov that stay, by rule, each with its reason. The run fails for any other finding. */
export const ACCEPTED: Record<string, string> = {
  W3005:
    'CDK makes each function depend on its role by name as well as by reference, so that the policies of the role are ' +
    'there first; twice does no harm.',
  CKV_AWS_18:
    'Access logs need a second bucket. Only two functions may access this one; the poller logs each file that it writes, ' +
    'and the access log of the API has each read.',
  CKV_AWS_27: 'Every queue is encrypted with the key of SQS (SqsManagedSseEnabled); the rule looks for a KMS key only.',
  CKV_AWS_115:
    'Reserved concurrency cannot be set in a new account: 10 executions have to stay unreserved. The delivery queues are ' +
    'limited by workerConcurrency instead.',
  CKV_AWS_116:
    'A dead-letter queue of a function is for asynchronous calls. The queues and schedules that call these functions have ' +
    'theirs; a failed run of the poller is made good by the next one.',
  CKV_AWS_117:
    'The functions call Huawei Cloud, Slack and webhooks on the internet and nothing in a VPC, where they would need a ' +
    'NAT gateway.',
  CKV_AWS_28:
    'The parts of the profiles are a copy that the poller renews; a backup would keep signing secrets that people have ' +
    'taken out. The tables of tasks have backups.',
  CKV_AWS_119:
    'The tables of tasks are encrypted with the key that AWS manages for DynamoDB; they hold no credentials. Signing ' +
    'secrets are in a table under our own key.',
  CKV_AWS_149:
    'The secrets are encrypted with the key that AWS manages for Secrets Manager; access is limited by IAM, for exact ' +
    'secrets, and not shared with other accounts.',
  CKV_AWS_158: 'Logs hold no credentials and no contents of documents; CloudWatch encrypts them with its own key.',
  CKV_AWS_173: 'Environment variables hold names and numbers only; credentials are in secrets.',
};
