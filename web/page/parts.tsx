import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../../functions/names.ts';
import { announce } from './announce.ts';
import { messageOf } from './api.ts';
import { fullTime, relativeTime, shortId, stateWords } from './words.ts';

const CLOCK_MS = 10_000;

/** The time, renewed every ten seconds while the tab is seen. */
export function useNow(): number {
  const [nowMs, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setNow(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

const TITLE = 'APIG tasks';

/** What the tab is called while the view is shown: `before` and the page's own title. */
export function useTitle(before: string): void {
  useEffect(() => {
    document.title = `${before}${TITLE}`;
    return () => {
      document.title = TITLE;
    };
  }, [before]);
}

/** `5 min ago`, with date, time and zone for whoever points at it. */
export function Ago({ at, nowMs }: { at: string; nowMs: number }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {relativeTime(at, nowMs)}
    </time>
  );
}

/** Date, time and zone, and how long ago. */
export function FullTime({ at, nowMs }: { at: string; nowMs: number }) {
  return (
    <time dateTime={at}>
      {fullTime(at)} <span class="soft whole">({relativeTime(at, nowMs)})</span>
    </time>
  );
}

const SIGNS: Record<Outcome | 'pending', string> = {
  ...{ pending: '●', succeeded: '✓', partially_succeeded: '▲', failed: '✕' },
  ...{ expired: '◷', not_found: '?', rejected: '⊘' },
};

/** The state in a word, a sign and a colour. */
export function Mark({ state }: { state: Outcome | 'pending' }) {
  return (
    <span class={`mark ${state}`}>
      <span aria-hidden="true">{`${SIGNS[state]} `}</span>
      {stateWords(state)}
    </span>
  );
}

/** A short id that a click copies whole. */
export function CopyId({ id, isWhole = false }: { id: string; isWhole?: boolean }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    setCopied(await copyText(id));
    announce('Copied.');
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <button type="button" class="id copy" title={`Copy ${id}`} aria-label={`Copy the id ${id}`} onClick={copy}>
      {isWhole ? id : shortId(id)}{' '}
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
        <path
          d={isCopied ? 'M2 9l4 4 8-10' : 'M5 5h9v9H5zM11 5V2H2v9h3'}
          fill="none"
          stroke="currentColor"
          stroke-width="1.6"
        />
      </svg>
    </button>
  );
}

/** The clipboard is there only on https and on this machine; elsewhere a field that is selected does. */
async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand('copy');
  field.remove();
  return isDone;
}

export type Said = { text: string; isGood?: boolean; link?: { href: string; text: string } };

/** Says something beside a form or button; without a text it has no size, and a screen reader watches it all the same. */
export function Note({ said }: { said: Said | undefined }) {
  return (
    <p class={said?.isGood ? 'note good' : 'note'} role="status">
      {said?.text}
      {said?.link && (
        <>
          {' '}
          <a href={said.link.href}>{said.link.text}</a>
        </>
      )}
    </p>
  );
}

/** Runs one action at a time, and has what went wrong to show. */
export function useAction(): [Said | undefined, boolean, (act: () => Promise<Said | undefined>) => Promise<void>] {
  const [said, say] = useState<Said>();
  const [isBusy, setBusy] = useState(false);
  const running = useRef(false);
  const run = async (act: () => Promise<Said | undefined>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    say(undefined);
    say(await act().catch((error: unknown) => ({ text: messageOf(error) })));
    setBusy(false);
    running.current = false;
  };
  return [said, isBusy, run];
}

/** Terms and descriptions; those without a description are left out. */
export function Facts({ rows }: { rows: [term: string, description: ComponentChildren][] }) {
  const shown = rows.filter(
    ([, description]) => description !== undefined && description !== '' && description !== null,
  );
  return (
    <dl>
      {shown.map(([term, description]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{description}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
