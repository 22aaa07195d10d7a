import { oneLine } from '../../functions/tasks/safe-text.ts';

/** The element with this id; index.html has it. */
export const $ = (id) => document.getElementById(id);

/** An element with one printable line: what others wrote may not turn the text around it. */
export function make(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = oneLine(String(text));
  if (className) node.className = className;
  return node;
}

/** Says something beside a form or in the dialog; without a text it is gone. */
export function note(id, text, isGood) {
  $(id).textContent = oneLine(text ?? '');
  $(id).classList.toggle('good', Boolean(isGood));
}

/** Says something to those who listen to the page instead of looking at it. */
export function announce(text) {
  $('live').textContent = oneLine(text);
}
