import { cli } from "./cli/suite.ts";
import { core } from "./core/suite.ts";
import type { Case, Suite } from "./harness.ts";
import { interop } from "./interop/suite.ts";
import { isolation } from "./isolation/suite.ts";
import { modules } from "./modules/suite.ts";
import { observability } from "./observability/suite.ts";
import { rabbitMq } from "./rabbitmq/suite.ts";
import { rest } from "./rest/suite.ts";
import { startup } from "./startup/suite.ts";

/** All suites, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  core,
  startup,
  rabbitMq,
  modules,
  rest,
  cli,
  isolation,
  interop,
  observability,
];

/** Name of a case with that of its suite: `core/publish`. */
export function fullName(suite: string, { name }: Case): string {
  return `${suite}/${name}`;
}

/**
 * Returns the full names of the cases of a suite, or of the one case that has
 * the name.
 */
export function findCases(name: string): readonly string[] {
  return SUITES.flatMap((suite) =>
    suite.cases.map((one) => fullName(suite.name, one)).filter((each) =>
      name === suite.name || name === each
    )
  );
}

/** Returns the case with a full name. */
export function caseNamed(name: string): Case | undefined {
  const suite = SUITES.find((each) => name.startsWith(`${each.name}/`));
  return suite?.cases.find((one) => fullName(suite.name, one) === name);
}
