import { readKey } from './key.js';

/** Why a call did not do what it should, as a sentence; `status` is 0 where there was no answer. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** An answer of the API. Throws `ApiError`; a key that is not known is also told to `onRefused`. */
export async function call(path, { headers, ...options } = {}) {
  const key = readKey();
  const all = { ...headers, authorization: `Bearer ${key}` };
  const response = await fetch(path, { ...options, headers: all, cache: 'no-store' }).catch(() => {
    throw new ApiError(0, 'The service does not respond.');
  });
  if (response.ok) return response;
  // An answer to a key that is not used any more says nothing of the present one.
  if (response.status === 401 && key === readKey()) refused();
  const problem = await response.json().catch(() => ({}));
  throw new ApiError(response.status, problem.detail ?? `The service answered ${response.status}.`);
}

export async function callJson(path, options) {
  return (await call(path, options)).json();
}

let refused = () => {};

export function onRefused(react) {
  refused = react;
}
