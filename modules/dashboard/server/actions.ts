import {
  CaryatidError,
  type Context,
  type DeadLetterFilter,
} from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import type { Hono } from "hono";
import type { Action, DashboardConfig } from "../config.ts";
import { groupLetters } from "../dead_letters/letter_groups.ts";
import { typedTopics } from "../forms/typed_topics.ts";
import type { Hub } from "../live/hub.ts";
import { shown } from "../live/shown.ts";

/** Maximum timeout of a request from the page, in milliseconds. */
const MAX_TIMEOUT = 30_000;
/** Maximum number of dead letters that the page lists. */
const MAX_LETTERS = 500;

/** Actions on a module, and the entry of `allow` that each one needs. */
const CONTROL: ReadonlyMap<unknown, Action> = new Map<string, Action>([
  ["pause", "pause"],
  ["resume", "pause"],
  ["restart", "restart"],
  ["swap", "swap"],
]);

/** Options of {@linkcode addActions}. */
export interface ActionOptions {
  readonly context: Context;
  readonly config: DashboardConfig;
  readonly hub: Hub;
}

/** Adds the routes of the actions that `allow` names. */
export function addActions(
  app: Hono,
  { context, config, hub }: ActionOptions,
): void {
  const check = (action: Action) => {
    if (config.allow.includes(action)) return;
    throw new CaryatidError(
      "FORBIDDEN",
      `Cannot ${action} from the dashboard: found no permission`,
      { hint: `Add "${action}" to allow of [module.${context.id}].` },
    );
  };
  app.post("/api/publish", async (c) => {
    check("publish");
    const { topic, message } = await c.req.json();
    await context.publish(String(topic), message);
    return c.body(null, 204);
  });
  app.post("/api/request", async (c) => {
    check("request");
    const { topic, message } = await c.req.json();
    const started = performance.now();
    const answer = await context.request(String(topic), message, {
      timeout: MAX_TIMEOUT,
    });
    return c.json({
      answer: shown(answer),
      duration: performance.now() - started,
    });
  });
  app.get("/api/topics", async (c) => {
    check(config.allow.includes("publish") ? "publish" : "request");
    const topics = await typedTopics(context, hub.processes());
    return c.json({ topics }, 200, { "cache-control": "no-store" });
  });
  app.post("/api/control", async (c) => {
    const { process, module, action } = await c.req.json();
    const permission = CONTROL.get(action);
    if (permission === undefined) throw invalid("found an unknown action");
    check(permission);
    if (!/^[0-9a-f]{8}$/.test(process)) {
      throw invalid("found no id of a process");
    }
    const answer = await context.request(
      `caryatid.control.${process}`,
      { action, module },
      { timeout: MAX_TIMEOUT },
    ).catch((error) => {
      throw controlError(error);
    });
    return c.json(answer);
  });
  app.get("/api/dead-letters", async (c) => {
    const letters = await context.deadLetters.list({ limit: MAX_LETTERS });
    return c.json({
      groups: groupLetters(letters),
      isFull: letters.length === MAX_LETTERS,
    });
  });
  for (const action of ["replay", "drop"] as const) {
    app.post(`/api/dead-letters/${action}`, async (c) => {
      check(action);
      const filter = filterOf(await c.req.json());
      return c.json({ count: await context.deadLetters[action](filter) });
    });
  }
}

/** An empty filter would select every letter, so one is required. */
function filterOf(body: Readonly<Record<string, unknown>>): DeadLetterFilter {
  const filter = Object.fromEntries(
    (["id", "code", "topic"] as const)
      .filter((key) => typeof body[key] === "string" && body[key] !== "")
      .map((key) => [key, body[key]]),
  );
  if (Object.keys(filter).length > 0) return filter;
  throw new CaryatidError(
    "INVALID_OPTION",
    "Cannot select dead letters: found no id, code or topic; expected one",
  );
}

function invalid(found: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot control a module: ${found}`,
  );
}

/** Returns the reason for the page, without the topic of the request. */
function controlError(error: CaryatidError): CaryatidError {
  if (error.code === "HANDLER_FAILED") {
    const { code, message } = describeFailure(error.cause);
    return new CaryatidError(code, message, { cause: error });
  }
  if (error.code !== "NO_HANDLER") return error;
  return new CaryatidError(
    "NO_HANDLER",
    "Cannot control a module: found a process that does not allow it",
    { hint: "Set control in [monitor] of that process." },
  );
}
