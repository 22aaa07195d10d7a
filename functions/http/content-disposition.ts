const FORBIDDEN = /[/\\\p{C}\p{Zl}\p{Zp}]/gu;

/** `attachment` with a file name that is safe on every system: RFC 6266 with the ASCII fallback and RFC 5987's form. */
export function contentDisposition(fileName: string): string {
  const safe = fileName.replace(FORBIDDEN, '_').replace(/^\.+/, '_').slice(0, 200).toWellFormed() || 'definition';
  const ascii = safe.replace(/[^\x20-\x7e]|["%]/g, '_');
  if (ascii === safe) return `attachment; filename="${ascii}"`;
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeRfc5987(safe)}`;
}

/** encodeURIComponent leaves `'()*`, which RFC 5987 does not allow. */
function encodeRfc5987(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
