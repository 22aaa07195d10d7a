import { createHash } from 'node:crypto';

/** The page and the policy under which its own style and script are the only ones that run. */
export type StatusPage = { content_security_policy: string; html: string };

/**
 * The page is imported as JSON, for that is the one kind of text file that Node 24 and esbuild both import.
 * Hashes are made here and not per request; they are of the exact text between the tags.
 */
export function buildStatusPage(html: string): StatusPage {
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(html, 'script')}`,
    `style-src ${hashOf(html, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return { content_security_policy: policy.join('; '), html };
}

function hashOf(html: string, tag: 'script' | 'style'): string {
  const texts = [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map((match) => match[1] ?? '');
  return texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
}
