import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TeamsMessage } from '../functions/channels/teams/card.ts';

const RENDERER = readFileSync(
  createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js'),
  'utf8',
).replaceAll('</script', '<\\/script');

const STYLE = `
  * { box-sizing: border-box }
  body { width: 760px; margin: 0; padding: 20px 24px; background: #f5f5f5; color: #242424; font: 14px/1.4 Lato, 'Noto Color Emoji', sans-serif }
  .name { font-weight: 700 } .time { color: #616161; font-size: 12px }
  #card { margin-top: 6px; border-radius: 4px; background: #fff; box-shadow: 0 1px 3px #0003 }
  .ac-pushButton { padding: 5px 12px; border: 1px solid #d1d1d1; border-radius: 4px; background: #fff; font: 600 14px Lato }
  a { color: #5b5fc7; text-decoration: none }`;

const FONT = "Lato, 'Noto Color Emoji', sans-serif";
const sizes = (normal: number) => ({ small: 12, default: normal, medium: normal, large: 18, extraLarge: 24 });
const colour = { default: '#242424', subtle: '#616161' };
const colours = Object.fromEntries(
  ['default', 'accent', 'dark', 'light', 'good', 'warning', 'attention'].map((name) => [name, colour]),
);

/** Sizes and colours much like those of Teams; the renderer has no defaults for a part of them. */
const HOST = {
  fontTypes: {
    default: { fontFamily: FONT, fontSizes: sizes(14) },
    monospace: { fontFamily: "'DejaVu Sans Mono', monospace", fontSizes: sizes(12) },
  },
  containerStyles: { default: { backgroundColor: '#ffffff', foregroundColors: colours } },
  spacing: { small: 4, default: 8, medium: 12, large: 20, extraLarge: 30, padding: 16 },
  actions: { actionsOrientation: 'horizontal', actionAlignment: 'left', buttonSpacing: 8, showCard: {} },
};

/** A page on which Microsoft's own renderer shows the card: for pictures in the documentation. */
export function teamsPreviewHtml({ attachments: [{ content }] }: TeamsMessage): string {
  const data = [content, HOST].map((value) => JSON.stringify(value).replaceAll('<', '\\u003c'));
  // A block, because the next card may be shown on the same page.
  const show = `{ const [card, host] = [${data.join(',')}];
    const shown = new AdaptiveCards.AdaptiveCard();
    shown.hostConfig = new AdaptiveCards.HostConfig(host);
    shown.parse(card);
    document.getElementById('card').append(shown.render()); }`;
  const head = '<span class="name">APIG tasks</span> <span class="time">via Workflows 14:02</span>';
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${head}<div id="card"></div><script>${RENDERER}</script><script>${show}</script></body>`;
}
