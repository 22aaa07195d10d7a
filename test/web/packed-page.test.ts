import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import statusPage from '../../functions/http/status-page.json' with { type: 'json' };

const { html, content_security_policy: policy } = statusPage;
const FOLDER = new URL('../../web/page/', import.meta.url);
const sources = readdirSync(FOLDER).map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));
/** Bytes, gzipped: it comes over every phone's line. */
const MOST_BYTES = 30_000;

describe('the packed status page', () => {
  it('keeps to its budget', () => {
    expect(gzipSync(html).length).toBeLessThan(MOST_BYTES);
  });

  it('asks nothing of other servers', () => {
    expect(html.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, '')).not.toMatch(/https?:\/\/\w|src=|@import|url\(/);
    expect(policy).toContain("connect-src 'self'");
  });

  it('writes no HTML of its own, and no text may become any', () => {
    expect(sources.join('\n')).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|\beval\b|javascript:/i);
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
    expect(policy).not.toMatch(/unsafe/);
  });

  it('moves nothing, so that nothing has to be calmed for those who want less motion', () => {
    expect(html).not.toMatch(/animation:|transition:|scroll-behavior|@keyframes/);
  });
});
