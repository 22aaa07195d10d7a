import type { Terminal } from '../terminal-alerts.ts';

/** A terminal that keeps what is written until it is let go, so that alerts do not come between other lines. */
export type HeldTerminal = Terminal & {
  held(): string;
  letGo(): void;
};

export function holdTerminal(terminal: Terminal): HeldTerminal {
  let text = '';
  return {
    colours: terminal.colours,
    write: (more) => {
      text += more;
    },
    held: () => text,
    letGo() {
      terminal.write(text);
      text = '';
    },
  };
}
