import { CaryatidError, type Module } from "@caryatid/sdk";
import {
  type TestedModule,
  testModule,
  type TestModuleOptions,
} from "@caryatid/sdk/testing";
import { AnswerStreams } from "./gateway/answer_streams.ts";
import { busProblem } from "./gateway/bus_problem.ts";
import { MemoryBudget } from "./gateway/memory_budget.ts";
import { problemResponse } from "./gateway/problem_response.ts";
import { toResponse } from "./gateway/rest_response.ts";
import { readTarget } from "./gateway/target.ts";
import { Target } from "./gateway/targets.ts";
import { bodyOf } from "./media_type.ts";
import type { RestRequest } from "./rest_message.ts";
import type { Dots } from "./topic_of.ts";

/** Options of {@linkcode testRoutes}. */
export interface TestRoutesOptions extends TestModuleOptions {
  /** The `topic` of the server ("rest"). */
  readonly topic?: string;
  /** The `dots` of the server ("escape"). */
  readonly dots?: Dots;
}

/** Options of {@linkcode TestedRoutes.route}. */
export interface RouteTestOptions {
  /**
   * Body: text and bytes are sent as they are, `URLSearchParams` as a form, any
   * other value as JSON (none).
   */
  readonly body?: unknown;
  /** Headers, by any spelling of their names (the media type of the body). */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Module under test whose routes a test requests. */
export interface TestedRoutes extends TestedModule {
  /**
   * Requests a route as a server does, and resolves with the response:
   * `test.route("GET /orders/7?full=yes")`. A path without a handler is a 404.
   * The reason of a response with the status 500 or above is in `logs`.
   *
   * Rejects with `INVALID_OPTION` unless `route` is a method and a path.
   */
  route(route: string, options?: RouteTestOptions): Promise<Response>;
}

const ENCODER = new TextEncoder();
const ROUTE = /^([A-Z]+(?:-[A-Z]+)*) (\/.*)$/;

/**
 * Runs a module as `testModule` does, and requests its routes without a server.
 *
 * @param config its section of the configuration (empty)
 * @throws {CaryatidError} the errors of `testModule`
 *
 * @example
 * ```ts
 * import { handleRoute } from "@caryatid/modules/rest-server";
 * import { testRoutes } from "@caryatid/modules/rest-server/testing";
 * import { defineModule } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const hello = defineModule({
 *   name: "hello",
 *   description: "Answers GET /hello",
 *   init: (context) => {
 *     handleRoute(context, "GET /hello", () => "Hello");
 *   },
 * });
 * await using test = await testRoutes(hello);
 * const response = await test.route("GET /hello");
 * assert.equal(response.status, 200);
 * ```
 */
export async function testRoutes<Input>(
  module: Module<Input>,
  config: NoInfer<Input> = {} as Input,
  options: TestRoutesOptions = {},
): Promise<TestedRoutes> {
  const { topic = "rest", dots = "escape", ...others } = options;
  const tested = await testModule(module, config, others);
  const route = (text: string, request: RouteTestOptions = {}) =>
    respond(tested, topic, () => restRequestOf(text, request, dots));
  return Object.assign(tested, { route });
}

/** A request with its target. */
interface Asked {
  readonly target: Target;
  readonly request: RestRequest;
}

async function respond(
  { bus, context }: TestedModule,
  root: string,
  asked: () => Asked,
): Promise<Response> {
  try {
    const { target, request } = asked();
    const { method } = request;
    const answer = await bus.ask(target.topic(root, method), request);
    return toResponse(answer, {
      sized: false,
      head: method === "HEAD",
      streams: new AnswerStreams(new MemoryBudget(Infinity)),
    });
  } catch (error) {
    if (error instanceof CaryatidError && error.code === "INVALID_OPTION") {
      throw error;
    }
    const problem = busProblem(error);
    if (problem.status >= 500) {
      const cause = problem.cause ?? error;
      const reason = cause instanceof Error ? cause.message : String(cause);
      context.log.error("the route answers {status}: {reason}", {
        status: problem.status,
        reason,
      });
    }
    return problemResponse(problem);
  }
}

function restRequestOf(
  route: string,
  { body, headers = {} }: RouteTestOptions,
  dots: Dots,
): Asked {
  const [, method, path] = ROUTE.exec(route) ?? [];
  if (method === undefined || path === undefined) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot request "${route}": found no method and path`,
      { hint: 'Write for example "GET /orders/7".' },
    );
  }
  const target = new Target(
    readTarget({
      url: `http://localhost${path}`,
      host: "localhost",
      scheme: "http",
      fallback: undefined,
    }),
    dots,
  );
  const own = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const [bytes, type] = encodedBody(body);
  const all = type === undefined ? own : { "content-type": type, ...own };
  const { last, all: values } = target.parameters;
  const request = {
    method,
    path: target.path,
    path_elements: target.elements,
    body: bodyOf(bytes, all["content-type"]),
    query_parameters: last,
    query_values: values,
    headers: all,
  };
  return { target, request };
}

/** Returns the bytes of a body and its media type. */
function encodedBody(
  body: unknown,
): [bytes: Uint8Array<ArrayBuffer>, type: string | undefined] {
  if (body === undefined) return [new Uint8Array(), undefined];
  if (body instanceof Uint8Array) {
    return [new Uint8Array(body), "application/octet-stream"];
  }
  if (typeof body === "string") return [ENCODER.encode(body), "text/plain"];
  return body instanceof URLSearchParams
    ? [ENCODER.encode(`${body}`), "application/x-www-form-urlencoded"]
    : [ENCODER.encode(JSON.stringify(body)), "application/json"];
}
