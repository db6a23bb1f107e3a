/**
 * The class `rest-server`.
 * @module
 */
import type { Module } from "@caryatid/sdk";
import { createRestServer } from "./rest_server.ts";

/** Answers HTTP by asking the bus: `GET /hello` is a request on `rest.get.hello`. */
export default createRestServer() as Module;
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
  type Route,
  type RouteHandler,
  type RouteOptions,
  type RouteRequest,
} from "./handle_route.ts";
export type { DefinedRequest } from "./openapi/checked_request.ts";
export {
  type DefinedRoute,
  defineRoute,
  type ResponseDefinition,
  type RouteDefinition,
  type TextValues,
} from "./openapi/define_route.ts";
export type { JsonSchema } from "./openapi/json_schema.ts";
export type {
  Content,
  Operation,
  OperationResponse,
  Parameter,
} from "./openapi/operation.ts";
export { type Reply, reply, type ReplyOptions } from "./reply.ts";
export type { ParamNames, Params } from "./route_path.ts";
