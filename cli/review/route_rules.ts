import { patternsOverlap, topicMatches } from "@caryatid/sdk";
import type { ReviewContext } from "./rule.ts";
import { finding, noRoute, type Rule, type RuleFinding } from "./rule.ts";

/** Rules about modules, routes and buses that need no declared topics. */
export const ROUTE_RULES: readonly Rule[] = [
  hasModules,
  topicsOfProcess,
  shadowedRoutes,
  unusedBuses,
  topicsOfKeys,
];

function* hasModules({ config }: ReviewContext): Generator<RuleFinding> {
  if (config.modules.length > 0) return;
  yield finding("problem", ["module"], {
    what: "found no module; expected one at least",
    hint: "Add [module.<id>].",
  });
}

/** Publishing on a topic without a route fails for certain. */
function* topicsOfProcess({ config }: ReviewContext): Generator<RuleFinding> {
  const { startupTopic, monitor, routes } = config;
  const topics: [key: string[], topic: string | undefined][] = [
    [["global", "startup", "topic"], startupTopic],
    [["monitor", "topic"], monitor?.topic],
  ];
  for (const [key, topic] of topics) {
    if (topic === undefined) continue;
    if (routes.some(({ pattern }) => topicMatches(pattern, topic))) continue;
    yield noRoute("problem", key, topic);
  }
}

/**
 * The first route that matches wins: a route after the same pattern, or after
 * `#`, receives nothing.
 */
function* shadowedRoutes(
  { config: { routes } }: ReviewContext,
): Generator<RuleFinding> {
  for (const [index, { pattern }] of routes.entries()) {
    const before = routes.slice(0, index).find((earlier) =>
      earlier.pattern === "#" || earlier.pattern === pattern
    );
    if (!before) continue;
    yield finding("notice", ["message-router", "route", String(index)], {
      dotted: `message-router.route[${index}]`,
      what: `found the pattern "${pattern}" behind "${before.pattern}", ` +
        "which takes all its topics; expected it before",
      hint: "Move it before that route: the first route that matches is used.",
    });
  }
}

function* unusedBuses(
  { config: { buses, routes } }: ReviewContext,
): Generator<RuleFinding> {
  for (const { id } of buses) {
    if (routes.some((route) => route.buses.includes(id))) continue;
    yield finding("notice", ["message-bus", id], {
      what: "found a bus that no route names; expected one that is used",
      hint: `Add a [[message-router.route]] with bus = "${id}".`,
    });
  }
}

/**
 * Only a notice: a key that is called topic may mean something else. Topics
 * that a module declares have their own rules.
 */
function* topicsOfKeys(
  { config: { routes }, parts }: ReviewContext,
): Generator<RuleFinding> {
  for (const { kind, config, inspection } of parts) {
    if (kind !== "module" || inspection.declared !== undefined) continue;
    for (const { key, topic } of inspection.topics) {
      const isCarried = routes.some(({ pattern }) => mayMatch(pattern, topic));
      if (isCarried) continue;
      yield noRoute("notice", [...config.path, ...key.split(".")], topic);
    }
  }
}

function mayMatch(pattern: string, topic: string): boolean {
  try {
    return patternsOverlap(pattern, topic);
  } catch {
    return true; // not a topic: the value means something else to its module
  }
}
