import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import openapi from '../../functions/http/openapi/openapi.json' with { type: 'json' };
import manifest from '../../package.json' with { type: 'json' };

describe('the version', () => {
  it('of the OpenAPI document is that of package.json', () => {
    expect(openapi.info.version).toBe(manifest.version);
  });

  it.each([
    ['README.md', `Version ${manifest.version} `],
    ['docs/ci.md', `apig-task-notifier@v${manifest.version}\n`],
  ])('of package.json is the one that %s names', (page, words) => {
    expect(readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')).toContain(words);
  });

  it('of package.json is the newest one in CHANGELOG', () => {
    const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
    const versions = [...changelog.matchAll(/^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$/gm)].map(
      ([, version]) => version,
    );
    expect(versions[0]).toBe(manifest.version);
  });
});
