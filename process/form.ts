import { CaryatidError } from "@caryatid/sdk";

/** What an export has to be. */
export interface Form<T> {
  /** For errors: `a module`. */
  readonly name: string;
  /** How it is branded. */
  readonly kind: "module" | "bus";
  /** Says whether a value is one, of the version that this process knows. */
  is(value: unknown): value is T;
}

/** Of modules and buses; the SDK brands them with it. */
const VERSION = 1;

/**
 * The value, if it has that form.
 *
 * @param found says what was found, by its kind: `a number`
 * @throws {CaryatidError} `WRONG_VERSION` for one of another version of the SDK, `WRONG_EXPORT` for all else
 */
export function checkForm<T>(
  value: unknown,
  form: Form<T>,
  found: (kind: string) => string,
): T {
  if (safely(() => form.is(value))) return value as T;
  const version = safely(() => versionOf(value, form.kind));
  if (version !== undefined) throw versionError(form, version);
  throw new CaryatidError(
    "WRONG_EXPORT",
    `${found(kindOf(value))}, wanted ${form.name}`,
    { hint: "make it with defineModule or defineBus of @caryatid/sdk" },
  );
}

/** A hostile export may have getters that throw: whatever it is, it was not made by the SDK. */
function safely<R>(ask: () => R): R | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** The version in its brand, if it has one of that kind. */
function versionOf(value: unknown, kind: string): number | undefined {
  const brand = (value as Record<string, unknown> | null)?.["~caryatid"];
  const { kind: is, version } = (brand ?? {}) as Record<string, unknown>;
  return is === kind && typeof version === "number" ? version : undefined;
}

function versionError(
  { name, kind }: { readonly name: string; readonly kind: string },
  version: number,
): CaryatidError {
  const hint = version > VERSION
    ? "update @caryatid/process"
    : `make the ${kind} with a newer @caryatid/sdk`;
  return new CaryatidError(
    "WRONG_VERSION",
    `found ${name} of version ${version}, wanted version ${VERSION}`,
    { hint },
  );
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  const kind = typeof value;
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
