import type { StandardSchema } from "@caryatid/sdk";
import type { RouteErrors } from "./route_errors.ts";

/**
 * Definition of a route with schemas for requests and answers. All schemas are
 * of the Standard Schema: zod, valibot, arktype, …
 */
export interface RouteDefinition<
  Path extends string = string,
  P = unknown,
  Q = unknown,
  H = unknown,
  B = unknown,
  A = unknown,
> {
  /** In upper case, or `*` for any. */
  readonly method: string;
  /**
   * Path such as `/users/:id`: `:name` is any one segment, and `*` at the end
   * is the rest of the path.
   */
  readonly path: Path;
  /** Short description, in a few words. */
  readonly summary?: string;
  /** Further description, in plain text. */
  readonly description?: string;
  /** Groups that the route belongs to. */
  readonly tags?: readonly string[];
  /**
   * Name of the operation, unique in the document: generated clients use it.
   */
  readonly operationId?: string;
  /** True if clients should no longer use the route (false). */
  readonly deprecated?: boolean;
  /**
   * Schema of the path's parameters, an object: `:id` and `*` are properties.
   */
  readonly params?: StandardSchema<unknown, P>;
  /** Schema of the query, an object. */
  readonly query?: StandardSchema<unknown, Q>;
  /** Schema of the headers, an object whose names are in lower case. */
  readonly headers?: StandardSchema<unknown, H>;
  /** Schema of the body. GET and HEAD have none. */
  readonly body?: StandardSchema<unknown, B>;
  /** Media types of the body; others are a 415 (JSON and CBOR). */
  readonly media?: readonly string[];
  /**
   * Longest body, in bytes; a longer one is a 413 (1,048,576). A schema can
   * create an error for each value: 16 MiB of wrong values would take 2 GB.
   */
  readonly maxBodySize?: number;
  /**
   * Schema of the return value of the handler, for every answer from 200 to 299
   * that is not among `responses`.
   */
  readonly answer?: StandardSchema<A, unknown>;
  /**
   * Answers by status, in addition to 200 or instead of it: a description, or a
   * description with a schema.
   */
  readonly responses?: Readonly<Record<number, string | ResponseDefinition>>;
  /**
   * Errors that the route answers with problem details: each code with its
   * status, such as the `errors` of a topic. The document lists the statuses.
   */
  readonly errors?: RouteErrors;
}

/** An answer. */
export interface ResponseDefinition {
  /** Condition for the answer. */
  readonly description: string;
  /** Schema of the return value with this status. */
  readonly schema?: StandardSchema;
}
