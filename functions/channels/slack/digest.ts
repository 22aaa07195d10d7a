import { linksOf } from '../../messages/alert.ts';
import { needsAttention } from '../../messages/words.ts';
import { pack } from '../../tasks/safe-text.ts';
import { type ChatPost, type DigestPage, digestPosts, listedFactsOf, type Shown } from '../pages.ts';
import {
  code,
  context,
  cost,
  fallback,
  header,
  link,
  MESSAGE_BUDGET,
  plain,
  reasonLine,
  SECTION_BUDGET,
  type SlackBlock,
  type SlackMessage,
  section,
} from './blocks.ts';

const DETAIL_MAX = 300;
const LINK_MAX = 300;
/** Header, mentions, fallback, context and the frame around sections, in units of JSON. */
const FRAME = 2_600;
const MENTIONS_MAX = 10;

/** Many events, worst first, in as few messages as the limits allow. */
export function renderSlackDigest<T extends Shown>(sorted: T[]): ChatPost<T, SlackMessage>[] {
  return digestPosts(sorted, {
    line: digestLine,
    sizeOf: cost,
    maxSize: MESSAGE_BUDGET - FRAME,
    message: composePage,
  });
}

function composePage({ headline, lines, shown, omitted }: DigestPage<string>): SlackMessage {
  const rest = omitted > 0 ? [`…and ${omitted} more that succeeded`] : [];
  const mentions = mentionsOf(shown);
  const text = [...(mentions === '' ? [] : [mentions]), ...lines, ...rest];
  return { text: fallback(headline), blocks: [header(headline), ...packSections(text), context([gatewaysOf(shown)])] };
}

function mentionsOf(items: Shown[]): string {
  const loud = items.filter(({ event }) => needsAttention(event.data));
  const mentions = new Set(loud.flatMap(({ mention }) => (mention === undefined ? [] : [mention])));
  return [...mentions].slice(0, MENTIONS_MAX).join(' ');
}

function packSections(lines: string[]): SlackBlock[] {
  const packs = pack(lines, { sizeOf: (line) => line.length + 1, maxSize: SECTION_BUDGET });
  return packs.map((part) => section(part.join('\n')));
}

/** One task in a digest. Without a link its whole id is shown, because nothing else identifies it then. */
function digestLine({ event }: Shown): string {
  const { words, label, id, counts, api, why } = listedFactsOf(event, DETAIL_MAX);
  const [result, run] = linksOf(event.data);
  const parts = [
    `*${words}*`,
    label === '' ? '' : code(label, 60),
    link(result?.url ?? '', plain(id, 20), LINK_MAX) ?? code(event.data.task_id, 80),
    link(run?.url ?? '', run?.label ?? '', LINK_MAX) ?? '',
    plain(counts, 120),
  ];
  const line = parts.filter(Boolean).join('  ');
  return why === '' ? line : `${line}\n      ${reasonLine(api, why)}`;
}

function gatewaysOf(items: Shown[]): string {
  const gateways = [...new Set(items.map(({ event }) => event.data.instance_id))];
  const shown = gateways.slice(0, 3).map((id) => code(id, 80));
  const more = gateways.length > shown.length ? ` and ${gateways.length - shown.length} more` : '';
  return `${gateways.length === 1 ? 'Gateway' : 'Gateways'} ${shown.join(', ')}${more}`;
}
