import type { SlackBlock, SlackMessage } from '../functions/channels/slack/blocks.ts';

const STYLE = `
  * { box-sizing: border-box; margin: 0 }
  body { width: 760px; padding: 20px 24px; background: #fff; color: #1d1c1d; font: 15px/1.46 Lato, 'Noto Color Emoji', sans-serif }
  .message { display: grid; grid-template-columns: 36px 1fr; gap: 0 10px }
  .avatar { width: 36px; height: 36px; border-radius: 6px; background: #2f5bea; color: #fff; font: 700 15px/36px Lato; text-align: center }
  .name { font-weight: 900 } .app { padding: 1px 4px; border-radius: 2px; background: #e8e8e8; color: #616061; font: 700 10px Lato }
  .time, .context { color: #616061; font-size: 12.5px }
  h1 { margin: 10px 0 8px; font: 900 18px/1.33 Lato, 'Noto Color Emoji' }
  section { margin: 8px 0; white-space: pre-wrap; overflow-wrap: anywhere }
  .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 20px; margin-top: 8px; white-space: pre-wrap }
  code { padding: 1px 3px 2px; border: 1px solid #dedede; border-radius: 3px; background: #f8f8f8; color: #c01343; font: 12.5px 'DejaVu Sans Mono', monospace }
  .context code { font-size: 11px }
  a { color: #1264a3; text-decoration: none } .mention { padding: 0 2px; border-radius: 3px; background: #fdf2d0; color: #1264a3 }
  .button { display: inline-block; margin: 6px 0; padding: 5px 12px; border: 1px solid #bbb; border-radius: 8px; font-weight: 700; font-size: 14px }`;

/** A page that shows a message much as Slack does: for pictures in the documentation, not for exactness. */
export function slackPreviewHtml({ blocks }: SlackMessage): string {
  const head =
    '<p><span class="name">APIG tasks</span> <span class="app">APP</span> <span class="time">14:02</span></p>';
  const body = `<div class="message"><div class="avatar">AG</div><div>${head}${blocks.map(showBlock).join('')}</div></div>`;
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${body}</body>`;
}

function showBlock(block: SlackBlock): string {
  switch (block.type) {
    case 'header':
      return `<h1>${block.text.text}</h1>`;
    case 'section': {
      const text = block.text ? showMrkdwn(block.text.text) : '';
      const fields = (block.fields ?? []).map((field) => `<div>${showMrkdwn(field.text)}</div>`).join('');
      return `<section>${text}${fields === '' ? '' : `<div class="fields">${fields}</div>`}</section>`;
    }
    case 'context':
      return `<div class="context">${block.elements.map((it) => ('text' in it ? showMrkdwn(it.text) : '')).join(' ')}</div>`;
    case 'actions':
      return block.elements
        .map((it) => ('text' in it ? `<span class="button">${it.text?.text ?? ''}</span>` : ''))
        .join('');
  }
}

// Slack's text is escaped as HTML wants it, so only its own marks are turned into tags; code spans first, and whole.
function showMrkdwn(text: string): string {
  return text
    .split(/(`[^`\n]+`)/)
    .map((part) => (part.startsWith('`') ? `<code>${part.slice(1, -1)}</code>` : showMarks(part)))
    .join('');
}

function showMarks(text: string): string {
  return text
    .replace(/<!date\^(\d+)\^[^|]*\|[^>]*>/g, (_, seconds: string) => showTime(Number(seconds)))
    .replace(/<!subteam\^\w+>/g, '{@api-team}')
    .replace(/<!(\w+)>/g, '{@$1}')
    .replace(/<@\w+>/g, '{@Ada}')
    .replace(/<(https?:[^|>]+)\|([^>]+)>/g, '<a href="$1">$2</a>')
    .replace(/\{(@[\w-]+)\}/g, '<span class="mention">$1</span>')
    .replace(/\*([^*\n]+)\*/g, '<b>$1</b>');
}

function showTime(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const day = date.toLocaleDateString('en-US', { month: 'short', day: 'numeric', year: 'numeric', timeZone: 'UTC' });
  return `${day} ${date.toISOString().slice(11, 16)}`;
}
