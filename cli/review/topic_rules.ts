import { nearest } from "@caryatid/process/internal/config";
import {
  type DeclaredUse,
  finding,
  noRoute,
  type ReviewContext,
  type Rule,
  type RuleFinding,
} from "./rule.ts";
import { isPattern, overlap, routesOf } from "./topics.ts";

/** Rules about the topics that modules declare. */
export const TOPIC_RULES: readonly Rule[] = [
  topicsWithoutRoute,
  unreadTopics,
  unpublishedTopics,
  unhandledRequests,
  competingHandlers,
];

function* topicsWithoutRoute(
  { config, uses }: ReviewContext,
): Generator<RuleFinding> {
  const seen = new Set<string>();
  for (const { id, key, pattern } of Object.values(uses).flat()) {
    const name = JSON.stringify([id, pattern]);
    if (seen.has(name)) continue;
    seen.add(name);
    if (routesOf(config.routes, pattern).length > 0) continue;
    yield noRoute("problem", key, pattern);
  }
}

function* unreadTopics(context: ReviewContext): Generator<RuleFinding> {
  const subscribed = patternsOf(context.uses.subscribe);
  for (const use of context.uses.publish) {
    if (!isClosed(use, context) || overlapsAny(use, subscribed)) continue;
    yield alone(
      "notice",
      use,
      "it publishes and no module subscribes to",
      subscribed,
    );
  }
}

function* unpublishedTopics(context: ReviewContext): Generator<RuleFinding> {
  const { config: { startupTopic, monitor }, uses } = context;
  const ofProcess = [startupTopic, monitor?.topic].filter((topic) =>
    topic !== undefined
  );
  const published = [...patternsOf(uses.publish), ...ofProcess];
  // Requests and answers pass on topics, too.
  const all = [
    ...published,
    ...uses.request.flatMap(({ pattern }) => [
      `${pattern}._request.*`,
      `${pattern}._response.*`,
    ]),
  ];
  for (const use of uses.subscribe) {
    if (!isClosed(use, context) || overlapsAny(use, all)) continue;
    yield alone(
      "notice",
      use,
      "it subscribes to and no module publishes",
      published,
    );
  }
}

/**
 * A request on one topic fails for certain; a pattern only says what may be
 * requested.
 */
function* unhandledRequests(context: ReviewContext): Generator<RuleFinding> {
  if (!context.allInspected) return;
  const handled = patternsOf(context.uses.handle);
  const what = context.allDeclare
    ? "it requests and no module handles"
    : "it requests and no module declares to handle";
  for (const use of context.uses.request) {
    if (overlapsAny(use, handled)) continue;
    const isCertain = isClosed(use, context) && !isPattern(use.pattern);
    const severity = isCertain ? "problem" : "notice";
    yield alone(severity, use, what, handled, "NO_HANDLER");
  }
}

/**
 * Handlers of one pattern share the requests; handlers of overlapping patterns
 * each receive them.
 */
function* competingHandlers(
  { uses: { handle } }: ReviewContext,
): Generator<RuleFinding> {
  for (const [index, { key, pattern }] of handle.entries()) {
    const other = handle.slice(0, index).find((earlier) =>
      earlier.pattern !== pattern && overlap(earlier.pattern, pattern)
    );
    if (!other) continue;
    yield finding("notice", key, {
      what: `found "${pattern}", which it handles, and "${other.pattern}", ` +
        `which module.${other.id} handles`,
      hint:
        "Handle each topic by one pattern: both receive a request, and the first answer is used.",
    });
  }
}

/**
 * True if no module outside this configuration, and none without declared
 * topics, can use the pattern. A missing route has its own rule.
 */
function isClosed(
  { pattern }: DeclaredUse,
  context: ReviewContext,
): boolean {
  return context.allDeclare && context.staysInProcess(pattern);
}

function patternsOf(uses: readonly DeclaredUse[]): string[] {
  return uses.map(({ pattern }) => pattern);
}

function overlapsAny(
  { pattern }: DeclaredUse,
  others: readonly string[],
): boolean {
  return others.some((other) => overlap(other, pattern));
}

function alone(
  severity: RuleFinding["severity"],
  { key, pattern }: DeclaredUse,
  what: string,
  others: readonly string[],
  code?: string,
): RuleFinding {
  const near = nearest(pattern, others);
  return finding(severity, key, {
    ...code && { code },
    what: `found "${pattern}", which ${what}`,
    hint: near === undefined ? "Add a module that does." : `Write "${near}".`,
  });
}
