import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { prepareVenv } from '../e2e/emulator/python.ts';
import { createStack, EVERYTHING } from '../lib/synthesize.ts';
import { ACCEPTED } from './accepted.ts';

const VENV = fileURLToPath(new URL('../../.venv-lint', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));
const SETTINGS = { defaults: {}, everything: EVERYTHING, removable: { ...EVERYTHING, dataRemoval: 'destroy' } };

type Finding = { rule: string; resource: string; what: string };

const cfnLintReport = z.array(
  z.object({
    Rule: z.object({ Id: z.string(), ShortDescription: z.string() }),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])) }),
  }),
);
const checkovReport = z.object({
  summary: z.object({ passed: z.number().positive(), parsing_errors: z.literal(0) }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
});

/** Runs cfn-lint and checkov on the templates of the main settings. Resolves to the exit status: 1 for a new finding. */
export async function lintStack(): Promise<number> {
  await prepareVenv(VENV, REQUIREMENTS);
  const found = Object.entries(SETTINGS).flatMap(([name, settings]) => {
    const template = synthesizeToFile(settings);
    const findings = [...runCfnLint(template), ...runCheckov(template)];
    console.log(`${name}: ${findings.length} findings, ${findings.filter(isNew).length} of them without a reason`);
    return findings;
  });
  for (const { rule, resource, what } of found.filter(isNew)) console.log(`${rule} ${resource}: ${what}`);
  const unused = Object.keys(ACCEPTED).filter((rule) => !found.some((finding) => finding.rule === rule));
  for (const rule of unused) console.log(`${rule} is not found any more: remove it from test/lint-stack/accepted.ts`);
  return found.some(isNew) || unused.length > 0 ? 1 : 0;
}

const isNew = ({ rule }: Finding) => !Object.hasOwn(ACCEPTED, rule);

function synthesizeToFile(settings: unknown): string {
  const { app, stack } = createStack(settings);
  return join(app.synth().directory, stack.templateFile);
}

function runCfnLint(template: string): Finding[] {
  const report = cfnLintReport.parse(run('cfn-lint', ['--format', 'json', '--', template]));
  return report.map(({ Rule, Location }) => ({
    rule: Rule.Id,
    resource: String(Location.Path[1]),
    what: Rule.ShortDescription,
  }));
}

function runCheckov(template: string): Finding[] {
  const options = ['--framework', 'cloudformation', '--skip-download', '--output', 'json', '--quiet', '--compact'];
  const { results } = checkovReport.parse(run('checkov', [...options, '--file', template]));
  return results.failed_checks.map(({ check_id, check_name, resource }) => ({
    ...{ rule: check_id, resource, what: check_name },
  }));
}

/** Both end with a status other than 0 when they find something; what they print says more. */
function run(program: string, args: string[]): unknown {
  const { stdout, stderr, error } = spawnSync(join(VENV, 'bin', program), args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${program} printed no report: ${error?.message ?? stderr}`);
  }
}
