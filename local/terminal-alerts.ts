import { type AlertOptions, alertText } from '../functions/messages/alert-text.ts';
import { composeAlerts } from '../functions/messages/digest.ts';
import type { OperatorAlert, OperatorAlerter } from '../functions/messages/operator-alerter.ts';
import { createOperatorAlerter, type OperatorAlerterDeps } from '../functions/messages/operator-alerter.ts';
import { needsAttention } from '../functions/messages/outcome-words.ts';
import type { AlertPublisher } from '../functions/messages/publishers.ts';
import type { Outcome } from '../functions/names.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import { oneLine } from '../functions/tasks/safe-text.ts';

/** Where text goes and whether it may be coloured. */
export type Terminal = { write(text: string): unknown; colours: boolean };

/** Colours only for a person at a terminal who did not say no (no-color.org: any non-empty `NO_COLOR`). */
export function wantsColours({ isTty, noColor, term }: { isTty: boolean; noColor?: string; term?: string }): boolean {
  return isTty && !noColor && term !== 'dumb';
}

/** Prints alerts: a coloured mark and a bold headline at a terminal, plain lines in a pipe. */
export function createTerminalAlertPublisher({
  terminal,
  ...options
}: AlertOptions & { terminal: Terminal }): AlertPublisher {
  return {
    async publish(results) {
      for (const { body, outcomes } of composeAlerts(results, options))
        terminal.write(formatAlert(body, outcomes, terminal));
      return { failed: [] };
    },
  };
}

/** Prints operator alerts, one per key and period. */
export function createTerminalOperatorAlerter(
  deps: { terminal: Terminal } & Omit<OperatorAlerterDeps, 'send'>,
): OperatorAlerter {
  return createOperatorAlerter({
    ...deps,
    send: async (alert) => void deps.terminal.write(formatOperatorAlert(alert, deps.terminal)),
  });
}

/** One result as the terminal shows it; for the demo. */
export function terminalText(
  result: TaskResult,
  { terminal, ...options }: AlertOptions & { terminal: Terminal },
): string {
  return formatAlert(alertText(result, options).body, [result.outcome], terminal);
}

function formatAlert(body: string, outcomes: Outcome[], { colours }: Terminal): string {
  const [headline = '', ...rest] = body.split('\n');
  const style = styleOf(outcomes);
  if (!colours) return `${[`${style.mark} ${headline}`, ...indent(rest)].join('\n')}\n\n`;
  const first = `${style.colour}${style.mark} ${BOLD}${headline}${RESET}`;
  return `${[first, ...indent(rest).map((line) => (line === '' ? '' : `${DIM}${line}${RESET}`))].join('\n')}\n\n`;
}

function formatOperatorAlert({ subject, body }: OperatorAlert, { colours }: Terminal): string {
  const lines = body.split('\n').map(oneLine);
  const first = colours ? `${YELLOW}! ${BOLD}${oneLine(subject)}${RESET}` : `! ${oneLine(subject)}`;
  return `${[first, ...indent(lines)].join('\n')}\n\n`;
}

function indent(lines: string[]): string[] {
  return lines.filter((line, index) => line !== '' || index > 0).map((line) => (line === '' ? '' : `  ${line}`));
}

function styleOf(outcomes: Outcome[]): { mark: string; colour: string } {
  const worst = outcomes.filter((outcome) => needsAttention({ outcome }));
  if (worst.length === 0) return { mark: '✔', colour: GREEN };
  if (worst.every((outcome) => outcome === 'partially_succeeded')) return { mark: '▲', colour: YELLOW };
  return { mark: '✖', colour: RED };
}

const RESET = '\u001b[0m';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const RED = '\u001b[31m';
const GREEN = '\u001b[32m';
const YELLOW = '\u001b[33m';
