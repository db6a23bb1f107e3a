import type { Delivery } from "@caryatid/sdk";
import { pathWords, valueAt } from "./path.ts";

/** What a value is compared with. */
export type Scalar = string | number | boolean;

/** What must hold of a value; all that is given must. */
export interface Conditions {
  readonly not?: Scalar | readonly Scalar[] | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly contains?: Scalar | undefined;
  readonly exists?: boolean | undefined;
}

/** What must hold, by path: a value, one of several, or conditions. */
export type Where = Readonly<
  Record<string, Scalar | readonly Scalar[] | Conditions>
>;

type Test = (value: unknown) => boolean;

/** Where `contains` ends its search, in characters or entries. */
const LONGEST_SEARCH = 10_000;

/** Says of each delivery whether all holds; undefined where nothing is asked. Takes no longer for a larger message. */
export function whereTest(
  where: Where,
): ((delivery: Delivery) => boolean) | undefined {
  const tests = Object.entries(where).map(([path, wanted]) => {
    const words = pathWords(path);
    const test = testOf(wanted);
    return (delivery: Delivery) => test(valueAt(delivery, words));
  });
  if (tests.length < 2) return tests[0];
  return (delivery) => tests.every((test) => test(delivery));
}

function testOf(wanted: Where[string]): Test {
  if (isConditions(wanted)) return conditionsTest(wanted);
  return Array.isArray(wanted) ? oneOf(wanted) : equal(wanted as Scalar);
}

function isConditions(wanted: Where[string]): wanted is Conditions {
  return typeof wanted === "object" && !Array.isArray(wanted);
}

function conditionsTest(conditions: Conditions): Test {
  const { not, above, below, contains, exists } = conditions;
  const tests: Test[] = [];
  if (not !== undefined) {
    const test = testOf(not);
    tests.push((value) => !test(value));
  }
  if (above !== undefined) {
    tests.push((value) => isNumber(value) && value > above);
  }
  if (below !== undefined) {
    tests.push((value) => isNumber(value) && value < below);
  }
  if (contains !== undefined) tests.push(containing(contains));
  if (exists !== undefined) {
    tests.push((value) => (value !== undefined) === exists);
  }
  return (value) => tests.every((test) => test(value));
}

function equal(wanted: Scalar): Test {
  // A broker brings large integers as bigint.
  return typeof wanted === "number"
    // deno-lint-ignore eqeqeq -- 5n == 5
    ? (value) => isNumber(value) && value == wanted
    : (value) => value === wanted;
}

function oneOf(wanted: readonly Scalar[]): Test {
  const tests = wanted.map(equal);
  return (value) => tests.some((test) => test(value));
}

function containing(wanted: Scalar): Test {
  const isWanted = equal(wanted);
  return (value) => {
    if (typeof value === "string") {
      return typeof wanted === "string" &&
        value.slice(0, LONGEST_SEARCH).includes(wanted);
    }
    try {
      return Array.isArray(value) &&
        value.slice(0, LONGEST_SEARCH).some(isWanted);
    } catch {
      return false; // a getter or a proxy of somebody else's message
    }
  };
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
