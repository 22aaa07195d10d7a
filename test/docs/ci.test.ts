import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const page = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
const [recipe = ''] = blocks('bash');

// The recipe itself is run by test/contract/ci-recipe.test.ts, which needs more than Node.
describe('the CI files of docs/ci.md', () => {
  const [github, gitlab] = blocks('yaml').map((text) => parse(text));

  it('run the recipe within a time limit longer than its own', () => {
    expect(github.jobs.import['timeout-minutes'] * 60).toBeGreaterThan(2100);
    expect(github.jobs.import.steps.at(-1).run).toContain('import-api.sh');
    expect(gitlab.import.script.join()).toContain('import-api.sh');
  });

  it('give the recipe every name that it reads', () => {
    const read = new Set(
      [...recipe.matchAll(/\b(HUAWEICLOUD_\w+|API_URL|API_KEY|LABEL|WAIT)\b/g)].map(([name]) => name),
    );
    const given = Object.keys(github.jobs.import.steps.at(-1).env);
    expect([...read].filter((name) => !name.endsWith('_ENDPOINT')).toSorted()).toEqual(given.toSorted());
  });
});
