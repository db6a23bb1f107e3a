import { CaryatidError } from "@caryatid/sdk";
import type { RouteDefinition } from "./route_definition.ts";
import { type Params, routePath } from "./route_path.ts";
import { describeRoute } from "./describe_route.ts";
import type { Operation } from "./operation.ts";
import { checkErrors } from "./route_errors.ts";

/** A route that was made by {@linkcode defineRoute}. */
export interface DefinedRoute<
  Path extends string = string,
  P = unknown,
  Q = unknown,
  H = unknown,
  B = unknown,
  A = unknown,
> extends RouteDefinition<Path, P, Q, H, B, A> {
  /** OpenAPI operation by which servers describe the route. */
  readonly operation: Operation;
}

const MEDIA_TYPE = /^[a-z0-9_.+-]+\/([a-z0-9_.+-]+|\*)$/;

/** Unparsed texts by name. */
export type TextValues = Readonly<Record<string, string>>;

/**
 * Declares a route with schemas, for `handleRoute`. An invalid request is
 * answered with 400 before the handler is called, and a server with the key
 * `openapi` describes the route.
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
 *     handleRoute(context, square, ({ params }) => ({
 *       square: params.number ** 2,
 *     }));
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
 * @throws {CaryatidError} `INVALID_OPTION` if the definition is not a valid
 * route
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
  const { method, path, body, media, responses = {}, errors } = definition;
  const { maxBodySize } = definition;
  checkErrors(`${method} ${path}`, errors);
  routePath(method, path, "escape");
  const fail = (found: string, hint?: string) =>
    new CaryatidError(
      "INVALID_OPTION",
      `Cannot define the route "${method} ${path}": ${found}`,
      { hint },
    );
  if (body && (method === "GET" || method === "HEAD")) {
    throw fail(`${method} has no body`, "Read it from the query.");
  }
  if (media && !body) {
    throw fail("it has media types, and no body", "Add a schema for the body.");
  }
  if (maxBodySize !== undefined) {
    if (!body) {
      throw fail("it has a size, and no body", "Add a schema for the body.");
    }
    if (!Number.isSafeInteger(maxBodySize) || maxBodySize < 0) {
      throw fail(`found the size ${maxBodySize}; expected bytes, 0 or more`);
    }
  }
  for (const type of media ?? []) {
    if (MEDIA_TYPE.test(type)) continue;
    throw fail(
      `found the media type ${type}; expected one in lower case`,
      'Write for example "text/*".',
    );
  }
  for (const status of Object.keys(responses)) {
    if (/^[2-5]\d\d$/.test(status)) continue;
    throw fail(`found the status ${status}; expected 200 to 599`);
  }
  return { ...definition, operation: describeRoute(definition) };
}

/**
 * Returns true if a route was made by {@linkcode defineRoute}, of any copy of
 * this package.
 */
export function isDefined(route: object): route is DefinedRoute {
  return Object.hasOwn(route, "operation");
}
