import { alertHeadline, factsOf, linksOf } from '../../messages/alert.ts';
import type { TaskEvent, TaskEventData } from '../../messages/task-event.ts';

import { failureCount, failureWords, groupWords, needsAttention, nextSteps, watchCall } from '../../messages/words.ts';

import { cut, lineOf } from '../../tasks/safe-text.ts';
import type { Item, Post } from '../channel.ts';

/** PagerDuty cuts a summary at 1,024 characters and refuses a longer key than 255. */
const MAX_SUMMARY = 1_024;
const MAX_DEDUP_KEY = 255;
const MAX_TEXT = 500;
/** A pager shows little; the link leads to the rest. */
const FAILURES_SHOWN = 10;
/** Longer addresses are left out, because an address that is cut is useless. */
const MAX_URL = 2_000;

/** An event of PagerDuty's Events API v2, without the `routing_key` that is added when it is posted. */
export type PagerDutyEvent =
  | { event_action: 'resolve'; dedup_key: string }
  | {
      event_action: 'trigger';
      dedup_key: string;
      client: string;
      client_url?: string;
      links: { href: string; text: string }[];
      payload: {
        summary: string;
        /** The gateway: what is affected. */
        source: string;
        severity: 'error' | 'warning';
        timestamp: string;
        component?: string;
        group?: string;
        class: string;
        custom_details: Record<string, unknown>;
      };
    };

/** An event each, oldest first, so that a label's incident is opened before it is resolved. */
export function renderPagerDutyPosts<T extends Item>(items: T[]): Post<T>[] {
  return items
    .toSorted((one, other) => Date.parse(one.event.time) - Date.parse(other.event.time))
    .map((item) => ({ message: toPagerDutyEvent(item.event), items: [item] }));
}

/** Opens the incident of the task's label, or resolves it. A resolve without an open incident changes nothing there. */
export function toPagerDutyEvent(event: TaskEvent): PagerDutyEvent {
  const { data } = event;
  const label = lineOf(data.label ?? '', MAX_TEXT);
  const dedup_key = dedupKeyOf(data);
  if (!needsAttention(data)) return { event_action: 'resolve', dedup_key };
  return {
    event_action: 'trigger',
    dedup_key,
    client: 'APIG task notifier',
    ...(linkOf(data.result_url) && { client_url: data.result_url }),
    links: pagerLinks(data),
    payload: {
      summary: cut(summaryOf(event), MAX_SUMMARY),
      source: data.instance_id,
      severity: data.outcome === 'partially_succeeded' ? 'warning' : 'error',
      timestamp: event.time,
      ...(label && { component: label }),
      ...(groupWords(data) && { group: groupWords(data) ?? '' }),
      class: data.outcome,
      custom_details: detailsOf(event),
    },
  };
}

/** Gateway and label: a task without a label has an incident of its own, which a person resolves. */
function dedupKeyOf({ instance_id: gateway, label, task_id: taskId }: TaskEventData): string {
  return cut(label ? `apig/${gateway}/label/${lineOf(label, 160)}` : `apig/${gateway}/task/${taskId}`, MAX_DEDUP_KEY);
}

function summaryOf(event: TaskEvent): string {
  const { label } = event.data;
  return label ? `${alertHeadline(event)} (${lineOf(label, 128)})` : alertHeadline(event);
}

function pagerLinks(data: TaskEventData): { href: string; text: string }[] {
  return linksOf(data).flatMap(({ label, url }) => (linkOf(url) === undefined ? [] : [{ href: url, text: label }]));
}

function linkOf(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:/.test(url) && url.length <= MAX_URL ? url : undefined;
}

function detailsOf(event: TaskEvent): Record<string, unknown> {
  const { data } = event;
  const failures = (data.failures ?? []).slice(0, FAILURES_SHOWN).map((failure) => {
    const { api, reason } = failureWords(failure, MAX_TEXT);
    return `${api} - ${reason}`;
  });
  const facts = factsOf(event).map(({ name, value }) => [wireName(name), lineOf(value, MAX_TEXT)]);
  const { error, help } = data;
  const advice = help === undefined ? {} : { help: lineOf(help, MAX_TEXT) };
  return {
    task_id: data.task_id,
    ...Object.fromEntries(facts),
    ...(error && { error: `${lineOf(error.code, MAX_TEXT)}: ${lineOf(error.message, MAX_TEXT)}` }),
    ...(failures.length > 0 && { failed_apis: failureCount(data), first_failures: failures }),
    next: nextSteps({ outcome: data.outcome, ...advice }, watchCall(data.result_url)).join(' '),
    result: data.result_url,
    ...(data.context && { context: data.context }),
  };
}

/** `registered_by` for `Registered by`. */
function wireName(name: string): string {
  return name.toLowerCase().replaceAll(' ', '_');
}
