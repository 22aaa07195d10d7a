import type { Finding } from './check.ts';

/** What the doctor checked, and its findings. */
export type Report = { target: string; findings: readonly Finding[] };

const WORDS = { ok: 'ok', warn: 'warn', fail: 'FAIL' } as const;
const NAME_WIDTH = 26;

/** The report with `redact` applied to every text. */
export function redactReport({ target, findings }: Report, redact: (text: string) => string): Report {
  const redacted = findings.map((finding) => {
    const { check, message } = finding;
    const texts = { check: redact(check), message: redact(message) };
    return finding.level === 'ok' ? { ...finding, ...texts } : { ...finding, ...texts, fix: redact(finding.fix) };
  });
  return { target: redact(target), findings: redacted };
}

/** One line a finding, for people. */
export function renderText({ target, findings }: Report): string {
  const lines = findings.map((finding) => {
    const fix = finding.level === 'ok' ? '' : `; fix: ${finding.fix}`;
    return `${WORDS[finding.level].padEnd(4)}  ${finding.check.padEnd(NAME_WIDTH)} ${finding.message}${fix}`;
  });
  return [`checked ${target}`, ...lines, summaryOf(findings)].join('\n');
}

/** The same for machines, with `ok` false when something failed. */
export function renderJson({ target, findings }: Report): string {
  return JSON.stringify({ ok: exitStatusOf(findings) === 0, target, findings }, undefined, 2);
}

/** 1 when something failed, else 0; warnings do not count. */
export function exitStatusOf(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ level }) => level === 'fail') ? 1 : 0;
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const warnings = count('warn') === 1 ? '1 warning' : `${count('warn')} warnings`;
  return `${count('ok')} ok, ${warnings}, ${count('fail')} failed`;
}
