import { composeAlerts } from '../functions/messages/digest.ts';
import {
  createOperatorAlerter,
  type OperatorAlert,
  type OperatorAlerter,
  type OperatorAlerterDeps,
} from '../functions/messages/operator-alerter.ts';
import type { Publisher } from '../functions/messages/publishers.ts';
import { type TaskEventOptions, toNotice } from '../functions/messages/task-event.ts';
import { needsAttention } from '../functions/messages/words.ts';
import type { Outcome } from '../functions/names.ts';
import type { TaskResult } from '../functions/tasks/result.ts';
import { oneLine } from '../functions/tasks/safe-text.ts';

/** Where text goes and whether it may be coloured. */
export type Terminal = { write(text: string): unknown; colours: boolean };

/** Colours only at a terminal, and not with `NO_COLOR` (no-color.org: any non-empty value). */
export function wantsColours({ isTty, noColor, term }: { isTty: boolean; noColor?: string; term?: string }): boolean {
  return isTty && !noColor && term !== 'dumb';
}

/** Prints alerts: a coloured mark and a bold headline at a terminal, plain lines in a pipe. */
export function createTerminalPublisher(terminal: Terminal, options: TaskEventOptions = {}): Publisher {
  return {
    async publish(results) {
      terminal.write(terminalText(results, terminal, options));
      return { failed: [] };
    },
  };
}

/** The alerts of one publishing round as the terminal shows them. */
export function terminalText(
  results: readonly TaskResult[],
  terminal: Terminal,
  options: TaskEventOptions = {},
): string {
  const alerts = composeAlerts(results.map((result) => toNotice(result, options)));
  return alerts.map(({ message: { body, outcomes } }) => formatAlert(body, outcomes, terminal)).join('');
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
