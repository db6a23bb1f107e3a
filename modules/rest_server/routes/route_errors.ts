import { CaryatidError } from "@caryatid/sdk";
import { type Problem, problem } from "../problem.ts";

/**
 * Codes of the errors that a route answers with problem details, each with its
 * status: `{ OUT_OF_STOCK: 409 }`, or the `errors` of a topic.
 */
export type RouteErrors = Readonly<Record<string, number>>;

/**
 * Returns the problem details of a declared error: its status, code, message
 * and details. Returns undefined for any other error.
 */
export function declaredProblem(
  error: unknown,
  errors: RouteErrors | undefined,
): Problem | undefined {
  if (errors === undefined || !(error instanceof CaryatidError)) {
    return undefined;
  }
  const { code, message, details } = error;
  if (!Object.hasOwn(errors, code)) return undefined;
  return problem(errors[code]!, message, {
    cause: error,
    extensions: { code, ...details !== undefined && { details } },
  });
}

/**
 * Form of a code. Codes of the framework are allowed, since a handler may pass
 * them on.
 */
const CODE = /^[A-Z][A-Z0-9_]*$/;

/**
 * Checks the codes and statuses of `errors`.
 *
 * @throws {CaryatidError} `INVALID_OPTION` unless each code is upper-case words
 * joined by `_`, and each status from 400 to 599
 */
export function checkErrors(route: string, errors: RouteErrors = {}): void {
  for (const [code, status] of Object.entries(errors)) {
    const isStatus = Number.isInteger(status) && status >= 400 && status <= 599;
    if (isStatus && CODE.test(code)) continue;
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot handle the route "${route}": found the error ` +
        `${JSON.stringify(code)} with the status ${status}; expected ` +
        'upper-case words joined by "_", and 400 to 599',
      { hint: "Write for example errors: { OUT_OF_STOCK: 409 }." },
    );
  }
}
