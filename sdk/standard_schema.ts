/**
 * A schema of any library that keeps the Standard Schema (zod, valibot, arktype, …): https://standardschema.dev
 *
 * Only its types are used, so the SDK depends on none of them.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What the specification calls its properties. */
  readonly "~standard": {
    /** 1. */
    readonly version: 1;
    /** The library's name. */
    readonly vendor: string;
    /** Gives the value, or what is wrong with it. */
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Exists only in types. */
    readonly types?:
      | { readonly input: Input; readonly output: Output }
      | undefined;
  };
}

/** What a schema says of a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong, and where. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where: keys from the outside in. */
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}

/** What a schema takes. */
export type SchemaInput<S> = S extends StandardSchema<infer Input, infer _>
  ? Input
  : unknown;
/** What a schema gives. */
export type SchemaOutput<S> = S extends StandardSchema<infer _, infer Output>
  ? Output
  : unknown;

/** Writes an issue's path as `a.b[0].c`, or "" for the value itself. */
export function issuePath(issue: SchemaIssue): string {
  let path = "";
  for (const part of issue.path ?? []) {
    const key = typeof part === "object" ? part.key : part;
    path += typeof key === "number"
      ? `[${key}]`
      : path === ""
      ? String(key)
      : `.${String(key)}`;
  }
  return path;
}
