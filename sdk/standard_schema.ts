/**
 * Schema of any library that implements the Standard Schema (zod, valibot,
 * arktype, …): https://standardschema.dev
 *
 * The SDK declares only its types, so it depends on no schema library.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** Properties of the specification. */
  readonly "~standard": {
    /** Version of the specification. */
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: string;
    /** Returns the validated value, or its issues. */
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Exists only in types. */
    readonly types?:
      | { readonly input: Input; readonly output: Output }
      | undefined;
  };
}

/** Result of a validation: the validated value, or its issues. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One error of a value, with its place. */
export interface SchemaIssue {
  /** Description of the error. */
  readonly message: string;
  /** Keys that lead to the wrong value, from the outside in. */
  readonly path?:
    | readonly (PropertyKey | { readonly key: PropertyKey })[]
    | undefined;
}

/** Type of the values that a schema accepts. */
export type SchemaInput<S> = S extends StandardSchema<infer Input, infer _>
  ? Input
  : unknown;
/** Type of the values that a schema returns. */
export type SchemaOutput<S> = S extends StandardSchema<infer _, infer Output>
  ? Output
  : unknown;

/**
 * Returns the path of an issue as `a.b[0].c`, or `""` for the value itself.
 */
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
