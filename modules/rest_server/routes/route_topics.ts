import type { Topics } from "@caryatid/sdk";
import { declaredTopic, wantedTopic } from "./declarations.ts";
import type { RouteOptions } from "./handle_route.ts";
import {
  handledPattern,
  methodAndPath,
  type Route,
  routePath,
} from "./route_path.ts";

/** Topics of routes. */
export interface RouteTopics extends Topics {
  /** Pattern of the requests that the module answers. */
  readonly handle: readonly string[];
  /** Topic on which the module declares its routes to servers. */
  readonly publish: readonly string[];
  /** Topic on which servers request the routes. */
  readonly subscribe: readonly string[];
}

/**
 * Returns the topics that `handleRoute` uses for these routes, for the
 * declaration of a module.
 *
 * @example
 * ```ts
 * import { handleRoute, routeTopics } from "@caryatid/modules/rest-server";
 * import { defineModule } from "@caryatid/sdk";
 * import { testModule } from "@caryatid/sdk/testing";
 *
 * const hello = defineModule({
 *   name: "hello",
 *   topics: routeTopics(["GET /hello/:name"]),
 *   init(context) {
 *     handleRoute(
 *       context,
 *       "GET /hello/:name",
 *       ({ params }) => `Hello, ${params.name}!`,
 *     );
 *   },
 * });
 *
 * await using module = await testModule(hello);
 * await module.settle();
 * ```
 * @param options the options of `handleRoute`
 * @throws {CaryatidError} `INVALID_OPTION` if a text is not a valid route
 */
export function routeTopics(
  routes: readonly (string | Route)[],
  options: Pick<RouteOptions, "topic" | "dots"> = {},
): RouteTopics {
  const { topic = "rest", dots = "escape" } = options;
  return {
    handle: routes.map((route) => {
      const { method, path } = methodAndPath(route);
      return handledPattern(topic, routePath(method, path, dots));
    }),
    publish: [declaredTopic(topic)],
    subscribe: [wantedTopic(topic)],
  };
}
