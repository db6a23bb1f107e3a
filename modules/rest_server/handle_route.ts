import type {
  Context,
  HandleOptions,
  Handling,
  RequestDelivery,
} from "@caryatid/sdk";
import { declare } from "./declarations.ts";
import { readValue } from "./formats.ts";
import type { DefinedRequest } from "./openapi/checked_request.ts";
import { type DefinedRoute, isDefined } from "./openapi/define_route.ts";
import { RouteChecks } from "./openapi/route_checks.ts";
import { Problem } from "./problem.ts";
import { type Reply, responseOf, responseOfProblem } from "./reply.ts";
import {
  type RestResponse,
  unwrapRequest,
  wrapResponse,
} from "./rest_message.ts";
import {
  handledPattern,
  methodAndPath,
  type Route,
  type RoutePath,
  routePath,
} from "./route_path.ts";
import { Asked, completed, type RouteRequest } from "./route_request.ts";
import type { Dots } from "./topic_of.ts";

/** How to handle a route. */
export interface RouteOptions extends HandleOptions {
  /** The `topic` of the server ("rest"). */
  readonly topic?: string;
  /** The `dots` of the server ("escape"). */
  readonly dots?: Dots;
}

/** The path in `"GET /users/:id"`. */
export type PathOf<Text extends string> = Text extends `${string} ${infer Path}`
  ? Path
  : string;

/** Answers a request with what it returns: see {@linkcode handleRoute}. */
export type RouteHandler<Path extends string> = (
  request: RouteRequest<Path>,
) => unknown;

/** Answers a request that fits with what its schema `answer` takes, or with a {@linkcode reply} or `Response`. */
export type DefinedHandler<P, Q, H, B, A> = (
  request: DefinedRequest<P, Q, H, B>,
) => A | Reply | Response | Promise<A | Reply | Response>;

/**
 * Answers HTTP requests on a route, whichever server on the bus they come to.
 *
 * What `handler` returns is the answer: a value becomes JSON (or CBOR for a client that asks for it), text and bytes stay what
 * they are, `undefined` is 204. A status or headers come by {@linkcode reply}, or by a `Response`. What it throws is a 500 that
 * tells nothing, unless it is a {@linkcode problem}.
 *
 * @example
 * ```ts
 * import { handleRoute, problem } from "@caryatid/modules/rest-server";
 * import { defineModule } from "@caryatid/sdk";
 * import { testModule } from "@caryatid/sdk/testing";
 * import assert from "node:assert/strict";
 *
 * const users = defineModule({
 *   name: "users",
 *   init(context) {
 *     handleRoute(context, "GET /users/:id", ({ params }) => {
 *       if (params.id !== "7") throw problem(404, `there is no user ${params.id}`);
 *       return { name: "Ada" };
 *     });
 *   },
 * });
 *
 * await using module = await testModule(users);
 * const answer = await module.bus.ask("rest.get.users.7", {
 *   method: "GET",
 *   path: "/users/7",
 *   path_elements: ["users", "7"],
 *   body: "",
 *   query_parameters: {},
 * });
 * assert.deepEqual(answer, {
 *   code: 200,
 *   body: '{"name":"Ada"}',
 *   content_type: "application/json",
 * });
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` for what is no route, and as `context.handle` does
 */
export function handleRoute<Text extends string>(
  context: Context,
  route: Text,
  handler: RouteHandler<PathOf<Text>>,
  options?: RouteOptions,
): Handling;
/** The same, for a route of `defineRoute`: the handler is asked what fits its schemas, and nothing else. */
export function handleRoute<Path extends string, P, Q, H, B, A>(
  context: Context,
  route: DefinedRoute<Path, P, Q, H, B, A>,
  handler: DefinedHandler<P, Q, H, B, NoInfer<A>>,
  options?: RouteOptions,
): Handling;
/** The same, for a route that is an object. */
export function handleRoute<Path extends string>(
  context: Context,
  route: Route<Path> & { readonly operation?: never },
  handler: RouteHandler<Path>,
  options?: RouteOptions,
): Handling;
export function handleRoute(
  context: Context,
  route: string | Route | DefinedRoute,
  handler: (request: never) => unknown,
  options: RouteOptions = {},
): Handling {
  const { topic = "rest", dots = "escape", ...handling } = options;
  const { method, path } = methodAndPath(route);
  const parsed = routePath(method, path, dots);
  const { pattern } = parsed;
  const defined = typeof route === "object" && isDefined(route)
    ? route
    : undefined;
  const checks = defined && new RouteChecks(defined);
  const handled = context.handle(
    handledPattern(topic, parsed),
    (delivery) => answer(parsed, checks, handler as AnyHandler, delivery),
    handling,
  );
  declare(context, topic, {
    route: {
      method,
      path,
      pattern,
      ...(defined && { operation: defined.operation }),
    },
    handling: handled,
  });
  return handled;
}

type AnyHandler = (
  request: RouteRequest | DefinedRequest<unknown, unknown, unknown, unknown>,
) => unknown;

async function answer(
  route: RoutePath,
  checks: RouteChecks | undefined,
  handler: AnyHandler,
  delivery: RequestDelivery,
): Promise<unknown> {
  const { message } = delivery;
  const inner = unwrapRequest(message);
  const request = completed(inner);
  let response: RestResponse | Promise<RestResponse>;
  try {
    checks?.admit(request);
    const value = readValue(request);
    const asked = new Asked(
      route,
      request,
      value instanceof Promise ? await value : value,
      delivery,
    );
    const returned = checks
      ? await checks.answer(await handler(await checks.checked(asked)))
      : await handler(asked);
    response = responseOf(returned, request.headers.accept);
    // One that isn't there yet may still fail, and a promise takes time.
    if (response instanceof Promise) response = await response;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    response = responseOfProblem(error);
  }
  return inner === message ? response : wrapResponse(response);
}
