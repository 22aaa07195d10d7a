import { useMemo, useRef, useState } from 'preact/hooks';
import { escapeUnseen } from '../../functions/tasks/safe-text.ts';
import { call, type FinalTask } from './api.ts';
import { Note, useAction } from './parts.tsx';
import { sizeWords } from './words.ts';

/** An export's document, or a result that is too large for the table: to look at and to download. */
export function DefinitionCard({ task }: { task: FinalTask }) {
  const { result, task_id: id } = task;
  const [said, isBusy, run] = useAction();
  const [text, setText] = useState<string>();
  if (result.kind !== 'export' && result.kind !== 'stored') return null;
  const isHere = result.kind === 'export' && result.definition_url !== undefined && result.download_url === undefined;
  if (!isHere && result.download_url === undefined) return null;
  const noun = result.kind === 'export' ? 'document' : 'result';
  const look = async () => {
    setText(await (await call(`tasks/${id}/definition`)).text());
    return undefined;
  };
  return (
    <section class="card" aria-label={`The ${noun}`}>
      <h2>
        The {noun} <span class="soft">{result.size_bytes !== undefined && sizeWords(result.size_bytes)}</span>
      </h2>
      <div class="bar">
        {isHere && text === undefined && (
          <button type="button" onClick={() => run(look)} disabled={isBusy}>
            Look at it
          </button>
        )}
        {isHere ? (
          <button type="button" onClick={() => run(() => save(id))}>
            Download
          </button>
        ) : (
          <DownloadLink url={result.download_url} noun={noun} />
        )}
      </div>
      <Note said={said} />
      {text !== undefined && <Lines text={text} />}
    </section>
  );
}

function DownloadLink({ url = '', noun }: { url: string | undefined; noun: string }) {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      Download the {noun}
    </a>
  );
}

async function save(id: string): Promise<undefined> {
  const response = await call(`tasks/${id}/definition`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = fileName(response.headers.get('content-disposition') ?? '') ?? id;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function fileName(disposition: string): string | undefined {
  const encoded = /filename\*=UTF-8''(\S+)/.exec(disposition)?.[1];
  return encoded ? decodeURIComponent(encoded) : /filename="([^"]+)"/.exec(disposition)?.[1];
}

const LINE_PX = 18;
const WINDOW_PX = 480;
/** A line longer than this goes on in the next one: laying out a megabyte on one line takes seconds. */
const LONGEST_LINE = 2_000;
/** Of the lines above and below the window that are drawn too. */
const SPARE = 20;

/** A text of any length, of which only the lines in the window are in the document. */
function Lines({ text }: { text: string }) {
  const lines = useMemo(() => text.split(/\r?\n/).flatMap(shortLines), [text]);
  const [top, setTop] = useState(0);
  const scroller = useRef<HTMLElement>(null);
  const first = Math.max(0, Math.floor(top / LINE_PX) - SPARE);
  const shown = lines.slice(first, first + Math.ceil(WINDOW_PX / LINE_PX) + 2 * SPARE);
  return (
    <>
      <p class="soft">{lines.length.toLocaleString()} lines</p>
      <section
        class="lines"
        aria-label="Text of the document"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard scrolls it
        tabIndex={0}
        ref={scroller}
        onScroll={() => setTop(scroller.current?.scrollTop ?? 0)}
      >
        <svg width="1" height={lines.length * LINE_PX} aria-hidden="true" />
        <pre style={{ top: `${first * LINE_PX}px` }}>{shown.map((line) => escapeUnseen(line)).join('\n')}</pre>
      </section>
    </>
  );
}

function shortLines(line: string): string[] {
  if (line.length <= LONGEST_LINE) return [line];
  return line.match(new RegExp(`.{1,${LONGEST_LINE}}`, 'gsu')) ?? [line];
}
