/** A stored file: an exported document or a result too large for a table item. */
export type FileRef = {
  /** Key in the file store (bucket key, or path below the data folder). */
  location: string;
  media_type: string;
  size_bytes: number;
  /** Hex SHA-256 of the bytes. */
  sha256: string;
};

/** What Huawei said beyond what the parser knows, kept as it was. */
export type Extra = Record<string, unknown>;

export type ImportedApi = { id?: string; action?: string; method?: string; path?: string } & Extra;
export type FailedApi = { method?: string; path?: string; error_code?: string; error_msg?: string } & Extra;
export type IgnoredApi = { method?: string; path?: string } & Extra;

/**
 * `task_result`, parsed. This is the document that is stored and answered, so its keys are those of the wire.
 * `extra` holds unknown top-level fields; unknown fields of entries stay inside their entry.
 * Source: APIG API reference, "Querying Asynchronous Task Results" (ShowAsyncTask).
 */
export type ParsedResult =
  | {
      kind: 'import';
      group_id?: string;
      success: ImportedApi[];
      failure: FailedApi[];
      ignore?: IgnoredApi[];
      swagger?: { id?: string; result?: string } & Extra;
      extra?: Extra;
    }
  | {
      kind: 'export';
      file_name?: string;
      /** As Huawei spelled it, with its dot: `.json`. */
      file_type?: string;
      /** The exported document, before it is stored as a file; then it gives way to `file`. */
      content?: string;
      file?: FileRef;
      extra?: Extra;
    }
  | { kind: 'failure'; error_code?: string; error_msg?: string; extra?: Extra }
  /** Huawei said nothing (`""`, null, absent), or the task ended without an answer. */
  | { kind: 'none'; extra?: Extra }
  /** Not understood: kept as it came. */
  | { kind: 'raw'; raw: string; reason: string; extra?: Extra }
  /** Moved whole to the file store because of its size. `kind_stored` is the kind that lies there, as JSON. */
  | { kind: 'stored'; kind_stored: string; file: FileRef; failure?: FailedApi[] };
