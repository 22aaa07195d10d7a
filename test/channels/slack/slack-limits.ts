import type { SlackBlock, SlackMessage } from '../../../functions/channels/slack/blocks.ts';

/** Slack's own control sequences that this project writes: links, dates, mentions. Nothing else may hold a bare `<`. */
const CONTROL =
  /<(?:https?:\/\/[^|<>\s]+\|[^<>|]+|!date\^\d+\^[^|<>^]+\|[^|<>]+|!here|!channel|!everyone|@[UW]\w+|!subteam\^S\w+)>/g;
const ENTITY = /&(?:amp|lt|gt);/g;

type TextObject = { type: string; text: string; verbatim?: boolean };

/** Every way in which a message breaks a limit or a rule of Slack's; empty for one that Slack takes. */
export function findViolations(message: SlackMessage): string[] {
  const problems = message.blocks.flatMap((block, index) => inspectBlock(block).map((it) => `blocks[${index}]: ${it}`));
  const { length } = JSON.stringify(message);
  if (length > 12_000) problems.push(`the message has ${length} units`);
  if (message.blocks.length > 50 || message.blocks.length === 0) problems.push(`${message.blocks.length} blocks`);
  return [...problems, ...inspectText('text', { type: 'mrkdwn', text: message.text, verbatim: true }, 3000)];
}

function inspectBlock(block: SlackBlock): string[] {
  switch (block.type) {
    case 'header':
      return inspectText('header', block.text, 150);
    case 'section':
      return inspectSection(block.text as TextObject | undefined, (block.fields ?? []) as TextObject[]);
    case 'context': {
      const { elements } = block;
      const problems = elements.length < 1 || elements.length > 10 ? [`${elements.length} context elements`] : [];
      return [...problems, ...elements.flatMap((element) => inspectText('context', element as TextObject, 3000))];
    }
    case 'actions':
      return block.elements.flatMap((element) => inspectButton(element as { text: TextObject; url?: string }));
  }
}

function inspectSection(text: TextObject | undefined, fields: TextObject[]): string[] {
  const problems = fields.length > 10 ? [`${fields.length} fields`] : [];
  if (text === undefined && fields.length === 0) problems.push('a section of nothing');
  if (text) problems.push(...inspectText('section', text, 3000));
  return [...problems, ...fields.flatMap((field) => inspectText('field', field, 2000))];
}

function inspectButton({ text, url }: { text: TextObject; url?: string }): string[] {
  const isGood = url !== undefined && url.length <= 3000 && URL.canParse(url) && /^https?:/.test(url);
  return [...(isGood ? [] : ['a button without a good url']), ...inspectText('button', text, 75)];
}

function inspectText(what: string, { type, text, verbatim }: TextObject, max: number): string[] {
  const problems: string[] = [];
  if (text.length === 0) problems.push('is empty');
  if (text.length > max) problems.push(`has ${text.length} > ${max} units`);
  if (!text.isWellFormed()) problems.push('splits a surrogate pair');
  const foreign = text.replace(CONTROL, '');
  if (/[<>]/.test(foreign)) problems.push('has a bare < or >');
  if (foreign.replace(ENTITY, '').includes('&')) problems.push('splits an entity or has a bare &');
  if (type === 'mrkdwn' && verbatim !== true) problems.push('lets Slack find mentions in foreign text');
  if (((text.match(/`/g) ?? []).length & 1) === 1 && type === 'mrkdwn' && what === 'field')
    problems.push('opens a code span');
  return problems.map((problem) => `${what} ${problem}`);
}
