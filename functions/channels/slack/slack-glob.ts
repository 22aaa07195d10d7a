/** Whether all of `text` fits `pattern`, where `*` is any run and `?` any one character. Time: pattern × text at worst. */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resumeAt = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resumeAt = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      // The last star takes one character more, and the rest of the pattern starts again behind it.
      p = star + 1;
      t = ++resumeAt;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}
