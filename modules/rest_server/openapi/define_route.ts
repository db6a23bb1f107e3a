import { CaryatidError, type StandardSchema } from "@caryatid/sdk";
import { type Params, routePath } from "../route_path.ts";
import { describeRoute } from "./describe_route.ts";
import type { Operation } from "./operation.ts";

/** A route with what it takes and gives. All schemas are of the Standard Schema: zod, valibot, arktype, … */
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
  /** `/users/:id`: `:name` is any one segment, and `*` at the end whatever is left of the path. */
  readonly path: Path;
  /** What it does, in a few words. */
  readonly summary?: string;
  /** What else is to be known, in plain text. */
  readonly description?: string;
  /** What it belongs to. */
  readonly tags?: readonly string[];
  /** Names the operation in the document, once: generated clients call it so. */
  readonly operationId?: string;
  /** Whether it should be used no more (false). */
  readonly deprecated?: boolean;
  /** Of the path's parameters, an object: `:id` and `*` are properties. */
  readonly params?: StandardSchema<unknown, P>;
  /** Of the query, an object. */
  readonly query?: StandardSchema<unknown, Q>;
  /** Of the headers, an object whose names are in lower case. */
  readonly headers?: StandardSchema<unknown, H>;
  /** Of the body. GET and HEAD have none. */
  readonly body?: StandardSchema<unknown, B>;
  /** Media types of the body; others are a 415 (JSON and CBOR). */
  readonly media?: readonly string[];
  /** Of what the handler returns, for every answer from 200 to 299 that isn't among `responses`. */
  readonly answer?: StandardSchema<A, unknown>;
  /** What it answers beside 200, or instead: a description, or one with a schema, by status. */
  readonly responses?: Readonly<Record<number, string | ResponseDefinition>>;
}

/** An answer. */
export interface ResponseDefinition {
  /** When it is given. */
  readonly description: string;
  /** Of what the handler returns with this status. */
  readonly schema?: StandardSchema;
}

/** A route that was made by {@linkcode defineRoute}. */
export interface DefinedRoute<
  Path extends string = string,
  P = unknown,
  Q = unknown,
  H = unknown,
  B = unknown,
  A = unknown,
> extends RouteDefinition<Path, P, Q, H, B, A> {
  /** How servers describe it. */
  readonly operation: Operation;
}

const MEDIA_TYPE = /^[a-z0-9_.+-]+\/([a-z0-9_.+-]+|\*)$/;

/** Texts by name, as they come. */
export type TextValues = Readonly<Record<string, string>>;

/**
 * Declares a route with schemas, for `handleRoute`: what doesn't fit is answered with 400 before the handler is asked, and a
 * server with the key `openapi` describes the route.
 *
 * @example
 * ```ts
 * import { defineRoute, handleRoute } from "@caryatid/modules/rest-server";
 * import { defineModule } from "@caryatid/sdk";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 *
 * const square = defineRoute({
 *   method: "GET",
 *   path: "/square/:number",
 *   summary: "Multiplies a number by itself",
 *   params: z.object({ number: z.number() }),
 *   answer: z.object({ square: z.number() }),
 * });
 * const math = defineModule({
 *   name: "math",
 *   init(context) {
 *     handleRoute(context, square, ({ params }) => ({ square: params.number ** 2 }));
 *   },
 * });
 *
 * await using module = await testModule(math);
 * const ask = (number: string) =>
 *   module.bus.ask(`rest.get.square.${number}`, {
 *     method: "GET",
 *     path: `/square/${number}`,
 *     path_elements: ["square", number],
 *     body: "",
 *     query_parameters: {},
 *   }) as Promise<{ code: number; body: string }>;
 * assert.deepEqual((await ask("7")).body, '{"square":49}');
 * assert.equal((await ask("seven")).code, 400);
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` for what can't be a route
 */
export function defineRoute<
  const Path extends string,
  P = Params<Path>,
  Q = TextValues,
  H = TextValues,
  B = unknown,
  A = unknown,
>(
  definition: RouteDefinition<Path, P, Q, H, B, A>,
): DefinedRoute<Path, P, Q, H, B, A> {
  const { method, path, body, media, responses = {} } = definition;
  routePath(method, path, "escape");
  const fail = (found: string, hint: string) =>
    new CaryatidError(
      "INVALID_OPTION",
      `Cannot define the route "${method} ${path}": ${found}`,
      { hint },
    );
  if (body && (method === "GET" || method === "HEAD")) {
    throw fail(`${method} has no body`, "take it from the query");
  }
  if (media && !body) {
    throw fail("it has media types, and no body", "give a schema for it");
  }
  for (const type of media ?? []) {
    if (MEDIA_TYPE.test(type)) continue;
    throw fail(
      `found the media type ${type}`,
      'such as "text/*", in lower case',
    );
  }
  for (const status of Object.keys(responses)) {
    if (/^[2-5]\d\d$/.test(status)) continue;
    throw fail(`found the status ${status}`, "wanted 200 to 599");
  }
  return { ...definition, operation: describeRoute(definition) };
}

/** Whether a route was made by {@linkcode defineRoute}, of whichever copy of this package. */
export function isDefined(route: object): route is DefinedRoute {
  return Object.hasOwn(route, "operation");
}
