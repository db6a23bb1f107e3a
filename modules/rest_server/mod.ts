/**
 * The class `rest-server`: HTTP in front of the bus, as strict as a gateway.
 * `GET /users/7` is a request on `rest.get.users.7`.
 *
 * @example A module that answers HTTP, and a server
 * ```ts
 * import restServer, { handleRoute } from "@caryatid/modules/rest-server";
 * import { Process } from "@caryatid/process";
 * import { defineModule } from "@caryatid/sdk";
 *
 * const hello = defineModule({
 *   name: "hello",
 *   init(context) {
 *     handleRoute(
 *       context,
 *       "GET /hello/:name",
 *       ({ params }) => `Hello, ${params.name}!`,
 *     );
 *   },
 * });
 *
 * await using process = await Process.create({
 *   config: {
 *     module: { "rest-server": { port: 0 }, hello: {} },
 *     log: { level: "error" },
 *   },
 *   modules: [restServer, hello],
 * });
 * await process.start();
 * ```
 *
 * @module
 */
import type { Module } from "@caryatid/sdk";
import { createRestServer } from "./rest_server.ts";

/**
 * Answers HTTP by asking the bus: `GET /hello` is a request on
 * `rest.get.hello`.
 */
export default createRestServer() as Module;
export type { WebApp } from "./gateway/gateway_app.ts";
export type { Dots } from "./topic_of.ts";
export {
  createRestServer,
  type Listening,
  type RestServerOptions,
} from "./rest_server.ts";
export {
  Problem,
  problem,
  type ProblemOptions,
  problemText,
} from "./problem.ts";
export type { RestRequest, RestResponse } from "./rest_message.ts";
export {
  type DefinedHandler,
  handleRoute,
  type PathOf,
  type RouteHandler,
  type RouteHandlerOf,
  type RouteOptions,
} from "./routes/handle_route.ts";
export type { RouteErrors } from "./routes/route_errors.ts";
export type { DefinedRequest } from "./routes/checked_request.ts";
export {
  type DefinedRoute,
  defineRoute,
  type TextValues,
} from "./routes/define_route.ts";
export type {
  ResponseDefinition,
  RouteDefinition,
} from "./routes/route_definition.ts";
export type { JsonSchema } from "./routes/json_schema.ts";
export type {
  Content,
  Operation,
  OperationResponse,
  Parameter,
} from "./routes/operation.ts";
export type { RouteRequest } from "./routes/route_request.ts";
export { type Reply, reply, type ReplyOptions } from "./routes/reply.ts";
export type { ParamNames, Params, Route } from "./routes/route_path.ts";
export { type RouteTopics, routeTopics } from "./routes/route_topics.ts";
