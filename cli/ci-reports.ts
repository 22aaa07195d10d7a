import { appendFileSync, writeFileSync } from 'node:fs';
import type { FinalTask } from './answers.ts';
import { type TaskEnd, wrongUsage } from './exit.ts';
import type { Io } from './io.ts';
import { apiName, countWords, headline, inOptions, outcomeWords, refusedApis } from './words.ts';

type Reported = { ends: readonly TaskEnd[]; file: string | undefined; allowPartial: boolean };

/**
 * With `GITHUB_ACTIONS=true` an annotation for each refused API, and a table in the job's summary. GitHub shows ten
 * annotations of a step, so the ones that matter most come first.
 */
export function reportToGithub(
  { stderr, env }: Pick<Io, 'stderr' | 'env'>,
  { ends, file, allowPartial }: Reported,
): void {
  if (env.GITHUB_ACTIONS !== 'true') return;
  for (const { title, message } of ends.flatMap(annotationsOf)) {
    const place = file === undefined ? '' : `file=${property(file)},`;
    const level = allowPartial && title.startsWith(PARTIAL) ? 'warning' : 'error';
    stderr.write(`::${level} ${place}title=${property(title)}::${data(message)}\n`);
  }
  const summaryFile = env.GITHUB_STEP_SUMMARY;
  if (summaryFile) writeSummary(summaryFile, { stderr, ends });
}

/** A summary that is missing changes nothing of how the tasks ended. */
function writeSummary(file: string, { stderr, ends }: Pick<Io, 'stderr'> & Pick<Reported, 'ends'>): void {
  try {
    appendFileSync(file, githubSummary(ends));
  } catch (error) {
    stderr.write(`The job summary cannot be written: ${(error as NodeJS.ErrnoException).code}.\n`);
  }
}

const PARTIAL = 'Refused by Huawei Cloud';

function annotationsOf(end: TaskEnd): { title: string; message: string }[] {
  if (end.kind !== 'final') return [{ title: 'Not known how it ended', message: endWords(end) }];
  const { task } = end;
  if (task.outcome === 'succeeded') return [];
  const apis = refusedApis(task).map(({ name, reason, help }) => ({
    title: `${PARTIAL}: ${name}`,
    message: [reason, help].filter(Boolean).join('\n'),
  }));
  return apis.length > 0 ? apis : [{ title: headline(task), message: endWords(end) }];
}

/** A Markdown table of all tasks, and the refused APIs of each. */
export function githubSummary(ends: readonly TaskEnd[]): string {
  const rows = ends.map(
    (end) => `| ${cell(idOf(end))} | ${cell(labelOf(end))} | ${cell(stateOf(end))} | ${cell(endWords(end))} |`,
  );
  const refused = ends.flatMap((end) => (end.kind === 'final' ? refusedApis(end.task) : []));
  const details = refused.map(({ name, reason, help }) => `| ${cell(name)} | ${cell(reason)} | ${cell(help)} |`);
  return [
    '| task | label | outcome | |',
    '|---|---|---|---|',
    ...rows,
    ...(details.length > 0 ? ['', '| refused API | reason | help |', '|---|---|---|', ...details] : []),
    '',
    '',
  ].join('\n');
}

/** Writes a JUnit report: a test suite per task, a test case per API. Throws `Stop` if the file cannot be written. */
export function writeJunit(path: string, ends: readonly TaskEnd[]): void {
  try {
    writeFileSync(path, junitXml(ends));
  } catch (error) {
    throw wrongUsage(`--junit ${path} cannot be written: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

export function junitXml(ends: readonly TaskEnd[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${ends.map(suiteXml).join('')}</testsuites>\n`;
}

function suiteXml(end: TaskEnd): string {
  const cases = casesOf(end);
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const head = `  <testsuite name="${xml(labelOf(end) || idOf(end))}" tests="${cases.length}" failures="${failures}">\n`;
  return `${head}${cases.map(caseXml).join('')}  </testsuite>\n`;
}

type Case = { name: string; failure?: { type: string; message: string } };

function casesOf(end: TaskEnd): Case[] {
  const whole: Case = {
    name: `task ${idOf(end)}`,
    ...(stateOf(end) !== 'succeeded' && { failure: { type: stateOf(end), message: endWords(end) } }),
  };
  if (end.kind !== 'final') return [whole];
  const refused = refusedApis(end.task).map(({ name, code, reason, help }) => ({
    name,
    failure: { type: code || 'refused', message: [reason, help].filter(Boolean).join(' ') },
  }));
  return [whole, ...(end.task.result?.success ?? []).map((api) => ({ name: apiName(api) })), ...refused];
}

function caseXml({ name, failure }: Case): string {
  if (failure === undefined) return `    <testcase name="${xml(name)}"/>\n`;
  const inner = `<failure type="${xml(failure.type)}" message="${xml(failure.message)}"/>`;
  return `    <testcase name="${xml(name)}">${inner}</testcase>\n`;
}

const idOf = (end: TaskEnd): string => ('task' in end ? end.task.task_id : end.taskId);
const labelOf = (end: TaskEnd): string => ('task' in end ? (end.task.label ?? '') : '');
const stateOf = (end: TaskEnd): string => (end.kind === 'final' ? outcomeWords(end.task.outcome) : end.kind);

function endWords(end: TaskEnd): string {
  switch (end.kind) {
    case 'final':
      return finalWords(end.task);
    case 'timeout':
      return 'It goes on: --timeout has passed.';
    case 'forgotten':
      return 'The service no longer watches it.';
    case 'unreachable':
      return end.reason;
  }
}

function finalWords(task: FinalTask): string {
  const { error, help } = task;
  const reason = error === undefined ? countWords(task) : `${error.code}: ${error.message}`;
  return [reason, inOptions(help ?? error?.help ?? '')].filter(Boolean).join('. ');
}

/** GitHub's escapes of workflow commands. */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
const cell = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\|<>`*_[\]]/g, '\\$&');

const XML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no control characters at all, and no lone surrogates. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
    .replace(/[&<>"]/g, (character) => XML[character] ?? '');
}
