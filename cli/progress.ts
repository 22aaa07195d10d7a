import type { Task } from './answers.ts';
import type { Io } from './io.ts';
import { nameOf, renderTable, stateWords } from './table.ts';
import { createPaint, durationWords, type Paint } from './text.ts';

/** What is shown on standard error while tasks are waited for. */
export type Progress = {
  update(task: Task): void;
  /** A line that stays. */
  note(text: string): void;
  /** Tasks of this label usually take so long. */
  setUsual(label: string, ms: number): void;
  end(): void;
};

/** At a terminal one table, redrawn; elsewhere a line per change, and one a minute while nothing changes. */
export function createProgress(io: Io, tasks: readonly Task[]): Progress {
  return io.stderr.isTTY && io.env.TERM !== 'dumb' ? new TableProgress(io, tasks) : new LineProgress(io, tasks);
}

class LineProgress implements Progress {
  readonly #io: Io;
  readonly #states = new Map<string, Task>();
  readonly #startedAtMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(io: Io, tasks: readonly Task[]) {
    this.#io = io;
    this.#startedAtMs = io.clock.now();
    for (const task of tasks) this.update(task);
    this.#restart();
  }

  update(task: Task) {
    const before = this.#states.get(task.task_id);
    this.#states.set(task.task_id, task);
    if (before !== undefined && stateWords(before) === stateWords(task)) return;
    this.note(`${nameOf(task)}: ${stateWords(task)}`);
  }

  note(text: string) {
    this.#io.stderr.write(`${text}\n`);
    if (this.#timer !== undefined) this.#restart();
  }

  setUsual() {}

  end() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #restart() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#sayAlive(), this.#io.patience.quietMs);
  }

  #sayAlive() {
    const pending = [...this.#states.values()].filter(({ state }) => state === 'pending').length;
    const sinceMs = this.#io.clock.now() - this.#startedAtMs;
    this.#io.stderr.write(`waiting for ${pending} of ${this.#states.size} tasks since ${durationWords(sinceMs)}\n`);
  }
}

class TableProgress implements Progress {
  readonly #io: Io;
  readonly #paint: Paint;
  readonly #tasks: Map<string, Task>;
  readonly #usual = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #drawnLines = 0;

  constructor(io: Io, tasks: readonly Task[]) {
    this.#io = io;
    this.#paint = createPaint(true, io.env);
    this.#tasks = new Map(tasks.map((task) => [task.task_id, task]));
    this.#timer = setInterval(() => this.#draw(), io.patience.redrawMs);
    this.#draw();
  }

  update(task: Task) {
    this.#tasks.set(task.task_id, task);
    this.#draw();
  }

  note(text: string) {
    this.#io.stderr.write(`${this.#erase()}${text}\n`);
    this.#draw();
  }

  setUsual(label: string, ms: number) {
    this.#usual.set(label, ms);
  }

  end() {
    clearInterval(this.#timer);
    this.#io.stderr.write(this.#erase());
  }

  #draw() {
    const { columns = 80, rows = 24 } = this.#io.stderr;
    const table = [...this.#tasks.values()].map((task) => ({ task, usualMs: this.#usual.get(task.label ?? '') }));
    const lines = renderTable(table, { columns, rows, nowMs: this.#io.clock.now(), paint: this.#paint });
    const erased = this.#erase();
    this.#drawnLines = lines.length;
    this.#io.stderr.write(`${erased}${lines.map((line) => `${line}\n`).join('')}`);
  }

  /** To the first line of what was drawn, and nothing below it. A terminal that was made narrower keeps some lines. */
  #erase(): string {
    const lines = this.#drawnLines;
    this.#drawnLines = 0;
    return lines === 0 ? '' : `\u001b[${lines}A\u001b[0J`;
  }
}
