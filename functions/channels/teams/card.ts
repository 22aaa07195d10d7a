import { utf8Bytes } from '../../tasks/safe-text.ts';

/**
 * The parts of an Adaptive Card (version 1.4) that this project sends. Foreign text stands in text runs alone: those show
 * what they are given, while a TextBlock or a fact would read Markdown in it. Source: adaptivecards.io, "Schema Explorer".
 */
export type TextRun = {
  type: 'TextRun';
  text: string;
  size?: 'small' | 'large';
  weight?: 'bolder';
  isSubtle?: true;
  fontType?: 'monospace';
  selectAction?: OpenUrl;
};
export type RichTextBlock = {
  type: 'RichTextBlock';
  inlines: TextRun[];
  spacing?: 'none' | 'medium';
  separator?: true;
};
export type OpenUrl = { type: 'Action.OpenUrl'; title?: string; url: string };
export type AdaptiveCard = {
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  type: 'AdaptiveCard';
  version: '1.4';
  /** Teams alone: as wide as the conversation. */
  msteams: { width: 'Full' };
  body: RichTextBlock[];
  actions?: OpenUrl[];
};

/** What a Workflows webhook takes. */
export type TeamsMessage = {
  type: 'message';
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive'; contentUrl: null; content: AdaptiveCard }];
};

/** UTF-8 bytes of a message's JSON; Teams refuses more than 28 KB. */
export const MESSAGE_BUDGET = 24_000;
/** A button's address beyond this would take the place of the failures. */
const MAX_URL = 1_000;

/** A card as a message; no buttons, no row for them. */
export function toMessage(body: RichTextBlock[], actions: OpenUrl[] = []): TeamsMessage {
  const content: AdaptiveCard = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body,
    ...(actions.length > 0 && { actions }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** Text as it is; never empty, because a run without text makes the whole card invalid. */
export function run(text: string, style: Omit<TextRun, 'type' | 'text'> = {}): TextRun {
  return { type: 'TextRun', text: text === '' ? '–' : text, ...style };
}

/** A paragraph. */
export function block(inlines: TextRun[], style: Omit<RichTextBlock, 'type' | 'inlines'> = {}): RichTextBlock {
  return { type: 'RichTextBlock', inlines, ...style };
}

/** Opens an http(s) address; nothing for any other. */
export function openUrl(url: string | undefined, title?: string): OpenUrl[] {
  const parsed = URL.parse(url ?? '');
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.href.length > MAX_URL) return [];
  return [{ type: 'Action.OpenUrl', ...(title !== undefined && { title }), url: parsed.href }];
}

/** What a value takes of `MESSAGE_BUDGET`. */
export function cost(value: unknown): number {
  return utf8Bytes(JSON.stringify(value)) + 1;
}
