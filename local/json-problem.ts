/**
 * What is wrong with a text that is not JSON, and where, in words that hold nothing of the text; undefined for JSON.
 * The engine's own message quotes what it found, which may be a secret.
 */
export function jsonProblem(text: string): string | undefined {
  if (isOkSoFar(text, text.length)) return isJson(text) ? undefined : `ends too early, ${place(text, text.length)}`;
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isOkSoFar(text, middle)) good = middle;
    else bad = middle;
  }
  return `is not JSON: see ${place(text, good)}`;
}

/** Whether the first `length` characters are JSON or the beginning of it: then the parser wants more at their end. */
function isOkSoFar(text: string, length: number): boolean {
  try {
    JSON.parse(text.slice(0, length));
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/.exec(message)?.[1];
    return /^(Unexpected end|Unterminated)/.test(message) || Number(position) === length;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function place(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n');
  return `line ${lines.length} column ${(lines.at(-1) ?? '').length + 1}`;
}
