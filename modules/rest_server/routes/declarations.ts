import { CaryatidError, type Context, type Handling } from "@caryatid/sdk";
import { randomId } from "@caryatid/sdk/bus";
import type { Operation } from "./operation.ts";

/** Route as its module announces it to servers. */
export interface RouteDeclaration {
  /** In upper case, or `*` for any. */
  readonly method: string;
  /** Path as written in the route. */
  readonly path: string;
  /** Words of its topics after the method: `users.*`. */
  readonly pattern: string;
  /** OpenAPI operation of the route, if it was declared with schemas. */
  readonly operation?: Operation;
}

/** Message in which a module announces its routes. */
export interface RoutesMessage {
  /** Id of the module instance. */
  readonly from: string;
  readonly routes: readonly RouteDeclaration[];
}

/**
 * Returns the topic on which a server requests the routes. No method begins
 * with `_`, so it is never the topic of a request.
 */
export function wantedTopic(root: string): string {
  return `${root}._routes.wanted`;
}

/** Returns the topic on which modules announce their routes. */
export function declaredTopic(root: string): string {
  return `${root}._routes.declared`;
}

interface Declared {
  readonly route: RouteDeclaration;
  readonly handling: Handling;
}

interface Announced {
  readonly all: Declared[];
  /** Announces all routes; does nothing before the process begins. */
  announce(): void;
}

const OF_CONTEXT = new WeakMap<Context, Map<string, Announced>>();

/**
 * Announces a route to servers on the topic `root`, as long as it is handled.
 */
export function declare(
  context: Context,
  root: string,
  declared: Declared,
): void {
  let roots = OF_CONTEXT.get(context);
  if (roots === undefined) OF_CONTEXT.set(context, roots = new Map());
  const known = roots.get(root);
  if (known) {
    known.all.push(declared);
    return known.announce();
  }
  const all = [declared];
  roots.set(root, announced(context, root, all));
}

/**
 * Announces routes when the process begins, when a route is added, and when a
 * server requests them.
 */
function announced(
  context: Context,
  root: string,
  all: Declared[],
): Announced {
  const from = randomId();
  let hasBegun = false;
  const announce = async () => {
    // Closed routes are left out and forgotten.
    const open = all.filter(({ handling }) => !handling.closed);
    all.splice(0, all.length, ...open);
    const routes = open.map(({ route }) => route);
    const message: RoutesMessage = { from, routes };
    try {
      await context.publish(declaredTopic(root), message, { timeout: 1_000 });
    } catch (error) {
      isOfTheBus(error);
      // Other errors are temporary, or the bus reports them. This one persists.
      if ((error as CaryatidError).code !== "MESSAGE_TOO_LARGE") return;
      const reason = (error as CaryatidError).message;
      context.log.warn("cannot announce the routes to REST servers: {reason}", {
        reason,
      });
    }
  };
  try {
    const asked = context.subscribe(wantedTopic(root), {
      queueSize: 1,
      overflow: "drop-newest",
    });
    context.run(async () => {
      hasBegun = true;
      await announce();
      for await (const _ of asked) await announce();
    });
  } catch (error) {
    isOfTheBus(error);
  }
  return { all, announce: () => void (hasBegun && announce()) };
}

/**
 * Throws the error again unless it is an error of the bus: routes work without
 * announcements.
 */
function isOfTheBus(error: unknown): void {
  if (!(error instanceof CaryatidError)) throw error;
}
