import { CaryatidError, type Context, type Handling } from "@caryatid/sdk";
import { randomId } from "@caryatid/sdk/bus";
import type { Operation } from "./openapi/operation.ts";

/** What a server knows of a route beside its answers. */
export interface RouteDeclaration {
  /** In upper case, or `*` for any. */
  readonly method: string;
  /** As its author wrote it. */
  readonly path: string;
  /** The words of its topics behind the method: `users.*`. */
  readonly pattern: string;
  /** What OpenAPI says of it, if it was declared with schemas. */
  readonly operation?: Operation;
}

/** The routes of one module, as a server hears of them. */
export interface RoutesMessage {
  /** Names the instance of the module. */
  readonly from: string;
  readonly routes: readonly RouteDeclaration[];
}

/** Where a server asks which routes there are. No method begins with `_`, so no request comes there. */
export function wantedTopic(root: string): string {
  return `${root}._routes.wanted`;
}

/** Where modules tell it. */
export function declaredTopic(root: string): string {
  return `${root}._routes.declared`;
}

interface Declared {
  readonly route: RouteDeclaration;
  readonly handling: Handling;
}

interface Announced {
  readonly all: Declared[];
  /** Tells of all of them; does nothing before the process begins. */
  tell(): void;
}

const OF_CONTEXT = new WeakMap<Context, Map<string, Announced>>();

/** Has servers on the topic `root` know of a route, as long as it is handled. */
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
    return known.tell();
  }
  const all = [declared];
  roots.set(root, announced(context, root, all));
}

/** Servers hear of routes when the process begins, when there are new ones, and when they ask. */
function announced(
  context: Context,
  root: string,
  all: Declared[],
): Announced {
  const from = randomId();
  let hasBegun = false;
  const tell = async () => {
    // Those that are closed are told of no more, and forgotten.
    const open = all.filter(({ handling }) => !handling.closed);
    all.splice(0, all.length, ...open);
    const routes = open.map(({ route }) => route);
    const message: RoutesMessage = { from, routes };
    try {
      await context.publish(declaredTopic(root), message, { timeout: 1_000 });
    } catch (error) {
      isOfTheBus(error);
      // Others pass, or are the bus's to tell. This one stays.
      if ((error as CaryatidError).code !== "MESSAGE_TOO_LARGE") return;
      const reason = (error as CaryatidError).message;
      context.log.warn("servers can't describe the routes: {reason}", {
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
      await tell();
      for await (const _ of asked) await tell();
    });
  } catch (error) {
    isOfTheBus(error);
  }
  return { all, tell: () => void (hasBegun && tell()) };
}

/** Routes work without being known: that nobody could be told is no failure of the module. */
function isOfTheBus(error: unknown): void {
  if (!(error instanceof CaryatidError)) throw error;
}
