/** Where strings begin, and the brackets and colons between them. In valid JSON nothing else matters here. */
const TOKEN = /"|[{}[\]:]/g;

/**
 * The first object key that occurs twice in `json`, which must be valid JSON.
 * JSON.parse keeps the last one silently, and two readers of one request must not see two requests.
 */
export function findDuplicateKey(json: string): string | undefined {
  const scopes: Set<string>[] = [];
  let lastString = '';
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(json); token !== null; token = TOKEN.exec(json)) {
    const [char] = token;
    if (char === '"') {
      TOKEN.lastIndex = endOfString(json, token.index);
      lastString = json.slice(token.index, TOKEN.lastIndex);
    } else if (char === '{' || char === '[') scopes.push(new Set());
    else if (char === '}' || char === ']') scopes.pop();
    else if (isRepeated(JSON.parse(lastString), scopes.at(-1))) return JSON.parse(lastString);
  }
  return undefined;
}

function isRepeated(key: string, keys = new Set<string>()): boolean {
  const isKnown = keys.has(key);
  keys.add(key);
  return isKnown;
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}
