import type { Delivery } from "@caryatid/sdk";
import { pathWords, valueAt } from "./path.ts";

/** Value to compare with. */
export type Scalar = string | number | boolean;

/** Conditions for a value, all of which must hold. */
export interface Conditions {
  readonly not?: Scalar | readonly Scalar[] | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
  readonly contains?: Scalar | undefined;
  readonly exists?: boolean | undefined;
}

/** Expected value, list of values or conditions by path. */
export type Where = Readonly<
  Record<string, Scalar | readonly Scalar[] | Conditions>
>;

type Test = (value: unknown) => boolean;

/** Maximum length that `contains` searches, in characters or items. */
const MAX_SEARCH = 10_000;

/**
 * Returns a test of deliveries, or undefined for an empty table. Its time does
 * not depend on the size of a message.
 */
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
  // A broker delivers large integers as bigints.
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
        value.slice(0, MAX_SEARCH).includes(wanted);
    }
    try {
      return Array.isArray(value) &&
        value.slice(0, MAX_SEARCH).some(isWanted);
    } catch {
      return false; // a getter or a proxy in the message
    }
  };
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
