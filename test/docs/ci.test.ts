import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readArguments } from '../../cli/arguments.ts';
import { EXIT } from '../../cli/exit.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const page = read('docs/ci.md');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
const [github, gitlab] = blocks('yaml').map((text) => parse(text));
const action = parse(read('action.yml'));
const template = parse(read('examples/gitlab.yml'));

// The action itself is run by test/contract/action.test.ts, which needs bash.
describe('docs/ci.md', () => {
  it('gives the action inputs that it has, and every one that it requires', () => {
    const given = Object.keys(github.jobs.import.steps.at(-1).with);
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(given));
    for (const [name, { required }] of Object.entries<{ required?: boolean }>(action.inputs)) {
      if (required) expect(given).toContain(name);
    }
  });

  it('shows command lines that the client understands', () => {
    const { command, args } = github.jobs.import.steps.at(-1).with;
    expect(readArguments([command, ...args.trim().split('\n')])).toMatchObject({
      name: 'import',
      args: ['openapi.json'],
    });
    const [, ...words] = gitlab.import.script[0].replace('npx ', '').split(' ');
    expect(readArguments(words)).toMatchObject({ name: 'import' });
  });

  it('extends a job that the GitLab template has, whose report is the one that is written', () => {
    expect(template[gitlab.import.extends].artifacts.reports.junit).toBe('apig-tasks.xml');
    expect(gitlab.import.script[0]).toContain('--junit apig-tasks.xml');
  });

  it('stops no job before the client itself gives up', () => {
    expect(github.jobs.import['timeout-minutes']).toBeGreaterThan(32);
    expect(gitlab.import.timeout).toBe('40 minutes');
  });

  it('has each exit code but Ctrl-C', () => {
    const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT).filter((code) => code !== EXIT.interrupted));
  });
});
