/**
 * Type tests of routes: `deno check` compiles them, nothing runs them.
 *
 * @module
 */
import { defineRoute, handleRoute, reply } from "@caryatid/modules/rest-server";
import type { Context } from "@caryatid/sdk";
import { z } from "zod";

const order = defineRoute({
  method: "POST",
  path: "/orders/:id",
  body: z.object({ item: z.string() }),
  answer: z.object({ status: z.enum(["accepted", "queued"]) }),
  errors: { OUT_OF_STOCK: 409 },
});

/** Answers of routes keep their literals; a wrong value does not compile. */
export function routes(context: Context): void {
  handleRoute(context, order, () => ({ status: "accepted" }));
  handleRoute(context, order, async ({ body, params }) => {
    await Promise.resolve();
    body.item satisfies string;
    params.id satisfies string;
    if (body.item === "") return reply(202);
    return { status: "queued" };
  });
  handleRoute(context, "GET /orders/:id/*", ({ params }) => {
    params.id satisfies string;
    params["*"] satisfies string;
    // @ts-expect-error -- the path has no such parameter
    params.name;
    return params;
  });
  handleRoute(
    context,
    { method: "GET", path: "/items/:name" },
    ({ params }) => params.name,
  );

  handleRoute(context, order, () => ({
    // @ts-expect-error -- not a value of the enum
    status: "lost",
  }));
  // @ts-expect-error -- the body has no such field
  handleRoute(context, order, ({ body }) => ({ status: body.price }));
}
