import type { PagerDutyEvent } from '../functions/channels/pagerduty/event.ts';

const STYLE = `
  * { box-sizing: border-box; margin: 0 }
  body { width: 760px; padding: 20px 24px; background: #fff; color: #1f2a37; font: 14px/1.45 Lato, sans-serif }
  h1 { margin: 6px 0 10px; font: 700 18px/1.35 Lato }
  .status { display: inline-block; padding: 2px 8px; border-radius: 3px; background: #c9252d; color: #fff; font: 700 11px Lato }
  .severity { margin-left: 8px; color: #55616d }
  table { width: 100%; border-collapse: collapse } td { padding: 4px 8px 4px 0; vertical-align: top; overflow-wrap: anywhere }
  td:first-child { width: 150px; color: #55616d } h2 { margin: 14px 0 4px; font: 700 14px Lato }
  a { margin-right: 14px; color: #006fbf; text-decoration: none }`;

type Trigger = Extract<PagerDutyEvent, { event_action: 'trigger' }>;

/** A page that shows an incident much as PagerDuty does: for pictures in the documentation, not for exactness. */
export function pagerDutyPreviewHtml({ payload, links, dedup_key: key }: Trigger): string {
  const { summary, severity, custom_details: details, ...rest } = payload;
  const head = `<span class="status">TRIGGERED</span><span class="severity">severity ${escapeHtml(severity)}</span><h1>${escapeHtml(summary)}</h1>`;
  const anchors = links.map(({ text, href }) => `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`).join('');
  const body = `${head}<p>${anchors}</p>${table({ ...rest, 'alert key': key })}<h2>Custom details</h2>${table(details)}`;
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${body}</body>`;
}

function table(values: Record<string, unknown>): string {
  const rows = Object.entries(values).map(
    ([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${show(value)}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => escapeHtml(String(one))).join('<br>');
  return escapeHtml(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
