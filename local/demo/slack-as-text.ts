import type { SlackBlock, SlackMessage } from '../../functions/channels/slack/blocks.ts';

/** A Slack message as lines that a person reads in a terminal: what is said, not how it looks. */
export function slackAsText({ blocks }: SlackMessage): string {
  return blocks.flatMap(blockLines).join('\n');
}

function blockLines(block: SlackBlock): string[] {
  switch (block.type) {
    case 'header':
      return [block.text.text];
    case 'section':
      return [...(block.fields ?? []).map(({ text }) => readable(text).replace('\n', ': ')), ...textLines(block.text)];
    case 'context':
      return block.elements.flatMap((element) => ('text' in element ? textLines(element) : []));
    case 'actions':
      return block.elements.flatMap((it) => ('url' in it && 'text' in it ? [`[${it.text.text}] ${it.url}`] : []));
  }
}

function textLines(object: { text: string } | undefined): string[] {
  return object === undefined ? [] : readable(object.text).split('\n');
}

const ENTITIES: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/** Slack's marks and control sequences as what they stand for; code spans keep whatever is in them. */
function readable(mrkdwn: string): string {
  return mrkdwn
    .split(/(`[^`\n]+`)/)
    .map((part) => (part.startsWith('`') ? part.slice(1, -1) : withoutMarks(part)))
    .join('')
    .replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

function withoutMarks(text: string): string {
  return text
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<!(\w+)>/g, '@$1')
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '$2 $1')
    .replace(/\*([^*\n]+)\*/g, '$1');
}
