/** Whether a URL's `hostname` is this machine by name or number: the only place where plain http may go. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
