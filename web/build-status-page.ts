import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** The page and the policy under which its own style and script are the only ones that run. */
export type StatusPage = { content_security_policy: string; html: string };

/**
 * Puts page.css and page/main.tsx, with what they import, into the empty `<style>` and `<script>` of `markup`.
 * The page is imported as JSON, for that is the one kind of text file that Node 24 and esbuild both import.
 * Hashes are made here and not per request; they are of the exact text between the tags.
 */
export function buildStatusPage(markup: string): StatusPage {
  const style = minified('page.css');
  const script = minified('page/main.tsx');
  const html = markup
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${script}</script>`);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // No string becomes markup or script, whoever forgets what.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return { content_security_policy: policy.join('; '), html };
}

function minified(file: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    write: false,
  });
  return outputFiles[0]?.text.trim() ?? '';
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
