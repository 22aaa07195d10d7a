import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

const OWNERS_ROTATE =
  'The value is issued by another party (Huawei Cloud, Slack) or handed to clients, so no rotation function can renew ' +
  'it. docs/operations.md explains manual rotation; the functions pick up a new value without a deploy.';

/** Where the deployment's credentials live. The stack never holds their values: it makes empty secrets for people to fill. */
export class Secrets extends Construct {
  /** `{"profiles":{name:{…}}}` */
  readonly huawei: Secret;
  /** `{"keys":[…],"hashes":[…],"generated_key":"…","named":{name:{"hash","scopes"}}}` */
  readonly apiKeys: Secret;
  /** `{"channels":{name:url},"rules":[…],"default":[…]}`, with Slack on. */
  readonly slack: Secret | undefined;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.huawei = this.emptySecret('Huawei', 'Huawei Cloud profiles', '{"profiles":{}}');
    this.apiKeys = new Secret(this, 'ApiKeys', {
      description: 'API keys of the HTTP API; generated_key is the first one',
      // Changing this template would make CloudFormation overwrite the keys that people have added.
      generateSecretString: {
        secretStringTemplate: '{"keys":[],"hashes":[]}',
        generateStringKey: 'generated_key',
        passwordLength: 40,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.slack = settings.slack ? this.emptySecret('Slack', 'Slack channels and rules', '{"channels":{}}') : undefined;
    Validations.of(this).acknowledge({ id: 'AwsSolutions-SMG4', reason: OWNERS_ROTATE });
  }

  // The first value is a constant on purpose: CloudFormation writes it once, and again only if this code changed it.
  private emptySecret(id: string, description: string, firstValue: string): Secret {
    return new Secret(this, id, {
      description,
      secretStringValue: SecretValue.unsafePlainText(firstValue),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
