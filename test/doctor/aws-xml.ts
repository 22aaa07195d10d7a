import type { Account } from './aws-stand-in.ts';

const tag = (name: string, content: string) => `<${name}>${content}</${name}>`;
const escapeXml = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** `<name><key>value</key>…</name>` for text values. */
const fields = (values: Record<string, string>) =>
  Object.entries(values)
    .map(([key, value]) => tag(key, escapeXml(value)))
    .join('');

const members = (list: string[]) => list.map((one) => tag('member', one)).join('');
const answer = (action: string, content: string) => tag(`${action}Response`, tag(`${action}Result`, content));

/** The stack `ApigTaskNotifier`, and no other. */
export function cloudFormationAnswer(account: Account, form: Record<string, string>): string | undefined {
  if (form.StackName !== 'ApigTaskNotifier') return undefined;
  if (form.Action === 'DescribeStacks') return answer('DescribeStacks', tag('Stacks', members([stackXml(account)])));
  return answer('ListStackResources', resourcesXml(account, form.NextToken === 'second'));
}

function stackXml({ outputs, stackStatus, stackChangedAt }: Account): string {
  const said = { StackName: 'ApigTaskNotifier', StackStatus: stackStatus, CreationTime: stackChangedAt.toISOString() };
  const listed = Object.entries(outputs).map(([OutputKey, OutputValue]) => fields({ OutputKey, OutputValue }));
  return fields(said) + tag('Outputs', members(listed));
}

/** In two pages, as CloudFormation does with many. */
function resourcesXml({ resources }: Account, isSecond: boolean): string {
  const half = Math.ceil(resources.length / 2);
  const page = isSecond ? resources.slice(half) : resources.slice(0, half);
  const listed = page.map(({ type, logicalId, physicalId }) =>
    fields({ ResourceType: type, LogicalResourceId: logicalId, PhysicalResourceId: physicalId }),
  );
  return tag('StackResourceSummaries', members(listed)) + (isSecond ? '' : tag('NextToken', 'second'));
}

/** A topic's attributes or its subscriptions. */
export function snsAnswer(account: Account, { Action = '', TopicArn = '' }: Record<string, string>): string {
  if (Action === 'GetTopicAttributes') return answer(Action, '<Attributes/>');
  const listed = (account.subscriptions[TopicArn] ?? []).map(({ protocol, endpoint, arn }) =>
    fields({ Protocol: protocol, Endpoint: endpoint, SubscriptionArn: arn, TopicArn }),
  );
  return answer(Action, tag('Subscriptions', members(listed)));
}

export function errorXml(code: string, message: string): string {
  return tag('ErrorResponse', tag('Error', fields({ Type: 'Sender', Code: code, Message: message })));
}
