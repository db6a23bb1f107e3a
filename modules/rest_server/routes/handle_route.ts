import type {
  Context,
  HandleOptions,
  Handling,
  Log,
  RequestDelivery,
} from "@caryatid/sdk";
import { declare } from "./declarations.ts";
import { readValue } from "./formats.ts";
import type { DefinedRequest } from "./checked_request.ts";
import { type DefinedRoute, isDefined } from "./define_route.ts";
import { RouteChecks } from "./route_checks.ts";
import {
  checkErrors,
  declaredProblem,
  type RouteErrors,
} from "./route_errors.ts";
import { Problem, problem } from "../problem.ts";
import { type Reply, responseOf, responseOfProblem } from "./reply.ts";
import {
  type RestRequest,
  type RestResponse,
  textResponse,
  unwrapRequest,
  wrapResponse,
} from "../rest_message.ts";
import {
  handledPattern,
  methodAndPath,
  type Route,
  type RoutePath,
  routePath,
} from "./route_path.ts";
import {
  Asked,
  completed,
  decoded,
  isOfRust,
  type RouteRequest,
} from "./route_request.ts";
import type { Dots } from "../topic_of.ts";

/** Options of {@linkcode handleRoute}. */
export interface RouteOptions extends HandleOptions {
  /** The `topic` of the server ("rest"). */
  readonly topic?: string;
  /** The `dots` of the server ("escape"). */
  readonly dots?: Dots;
  /**
   * Errors that the route answers with problem details: each code with its
   * status. A route of `defineRoute` declares its own. Any other error is a 500
   * without details.
   */
  readonly errors?: RouteErrors;
}

/** The path in `"GET /users/:id"`. */
export type PathOf<Text extends string> = Text extends `${string} ${infer Path}`
  ? Path
  : string;

/** Handler of a route without schemas: see {@linkcode handleRoute}. */
export type RouteHandler<Path extends string> = (
  request: RouteRequest<Path>,
) => unknown;

/**
 * Handler of a route with schemas. It returns a value that fits the schema
 * `answer`, a {@linkcode reply}, or a `Response`.
 */
export type DefinedHandler<P, Q, H, B, A> = (
  request: DefinedRequest<P, Q, H, B>,
) => A | Reply | Response | Promise<A | Reply | Response>;

/** Handler of the route `R`: text, an object, or a route with schemas. */
export type RouteHandlerOf<R> = R extends DefinedRoute<
  infer _,
  infer P,
  infer Q,
  infer H,
  infer B,
  infer A
> ? DefinedHandler<P, Q, H, B, A>
  : R extends Route<infer Path> ? RouteHandler<Path>
  : R extends string ? RouteHandler<PathOf<R>>
  : never;

/**
 * Answers HTTP requests on a route, from any server on the bus.
 *
 * The return value of `handler` is the answer: a value becomes JSON (or CBOR if
 * the client prefers it), text and bytes are sent unchanged, `undefined` is
 * 204. {@linkcode reply} or a `Response` adds a status or headers. A thrown
 *      error is a 500 without details, unless it is a {@linkcode problem} or
 *      one of `errors`.
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
 *       if (params.id !== "7") {
 *         throw problem(404, `there is no user ${params.id}`);
 *       }
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
 *   headers: { vary: "Accept" },
 * });
 * ```
 * @throws {CaryatidError} `INVALID_OPTION` if `route` is not a valid route, and
 * as `context.handle` does
 */
export function handleRoute<const R extends string | Route | DefinedRoute>(
  context: Context,
  route: R,
  handler: RouteHandlerOf<R>,
  options: RouteOptions = {},
): Handling {
  const { topic = "rest", dots = "escape", errors, ...handling } = options;
  const { method, path } = methodAndPath(route);
  checkErrors(`${method} ${path}`, errors);
  const parsed = routePath(method, path, dots);
  const { pattern } = parsed;
  const defined: DefinedRoute | undefined =
    typeof route === "object" && isDefined(route) ? route : undefined;
  const parts: RouteParts = {
    route: parsed,
    checks: defined && new RouteChecks(defined),
    handler: handler as AnyHandler,
    errors: { ...defined?.errors, ...errors },
    dots,
    log: context.log,
  };
  const handled = context.handle(
    handledPattern(topic, parsed),
    (delivery) => answer(parts, delivery),
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

/** Parts that answer the requests of a route. */
interface RouteParts {
  readonly route: RoutePath;
  readonly checks: RouteChecks | undefined;
  readonly handler: AnyHandler;
  readonly errors: RouteErrors;
  readonly dots: Dots;
  readonly log: Log;
}

/**
 * Returns the answer at once if nothing has to be awaited: a promise and its
 * two reactions would take a third of the time of a route.
 */
function answer(parts: RouteParts, delivery: RequestDelivery): unknown {
  const { message } = delivery;
  const inner = unwrapRequest(message);
  if (inner !== message) return wrappedAnswer(parts, inner, delivery);
  const request = completed(inner);
  let response: RestResponse | Promise<RestResponse>;
  try {
    response = attempt(parts, request, delivery);
  } catch (error) {
    return failed(error, parts.errors);
  }
  return response instanceof Promise
    ? response.catch((error) => failed(error, parts.errors))
    : response;
}

/** Answers a request in a Rust enum with a Rust enum. */
async function wrappedAnswer(
  parts: RouteParts,
  inner: unknown,
  delivery: RequestDelivery,
): Promise<unknown> {
  // For the server of Rust, an error is a missing answer.
  const isRust = isOfRust(inner);
  const request = completed(inner);
  let response: RestResponse;
  try {
    response = await attempt(
      parts,
      isRust ? decoded(request, parts.dots) : request,
      delivery,
    );
    if (isRust) response = textResponse(response);
  } catch (error) {
    const known = knownProblem(error, parts.errors);
    if (known === undefined && !isRust) throw error;
    if (known === undefined) logFailure(parts, error);
    response = responseOfProblem(known ?? problem(500));
  }
  return wrapResponse(response);
}

function attempt(
  { route, checks, handler }: RouteParts,
  request: RestRequest,
  delivery: RequestDelivery,
): RestResponse | Promise<RestResponse> {
  checks?.admit(request);
  const value = readValue(request);
  if (value instanceof Promise) {
    return value.then((read) =>
      called(checks, handler, new Asked(route, request, read, delivery))
    );
  }
  return called(checks, handler, new Asked(route, request, value, delivery));
}

function called(
  checks: RouteChecks | undefined,
  handler: AnyHandler,
  asked: Asked,
): RestResponse | Promise<RestResponse> {
  const { accept } = asked.headers;
  const returned = checks
    ? checkedAnswer(checks, handler, asked)
    : handler(asked);
  return isThenable(returned)
    ? Promise.resolve(returned).then((value) => responseOf(value, accept))
    : responseOf(returned, accept);
}

async function checkedAnswer(
  checks: RouteChecks,
  handler: AnyHandler,
  asked: Asked,
): Promise<unknown> {
  return checks.answer(await handler(await checks.checked(asked)));
}

/** Returns the answer to a request that failed, or throws the error. */
function failed(error: unknown, errors: RouteErrors): RestResponse {
  const known = knownProblem(error, errors);
  if (known === undefined) throw error;
  return responseOfProblem(known);
}

function knownProblem(
  error: unknown,
  errors: RouteErrors,
): Problem | undefined {
  return error instanceof Problem ? error : declaredProblem(error, errors);
}

function logFailure({ route, log }: RouteParts, error: unknown): void {
  log.error(
    "the handler of {route} failed, and the REST server of Rust receives a " +
      "500: {reason}",
    {
      route: `${route.method} ${route.path}`,
      reason: error instanceof Error ? error.message : String(error),
    },
  );
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
