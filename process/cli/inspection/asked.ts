import { CaryatidError, type PermissionRequest } from "@caryatid/sdk";

const KINDS = ["net", "read", "write", "env"] as const;
const MOST = 1_000;

/**
 * What a module or bus asks for with this section.
 *
 * @throws {CaryatidError} `WRONG_EXPORT` for what is no list of texts: an empty text would grant everything
 */
export function askedPermissions(
  permissions: unknown,
  section: unknown,
): PermissionRequest {
  const asked: unknown = typeof permissions === "function"
    ? permissions(section)
    : permissions;
  const request: Record<string, readonly string[]> = {};
  for (const [kind, values] of Object.entries(asked ?? {})) {
    if (!(KINDS as readonly string[]).includes(kind)) {
      throw wrong(kind, `found an unknown kind, wanted ${KINDS.join(", ")}`);
    }
    if (!Array.isArray(values) || values.length > MOST) {
      throw wrong(kind, "wanted an array of texts");
    }
    for (const value of values) check(kind, value);
    if (values.length > 0) request[kind] = [...values];
  }
  return request;
}

function check(kind: string, value: unknown): void {
  const isPath = kind === "read" || kind === "write";
  const forbidden = isPath ? /[\p{Cc}]/u : /[\p{Cc}\s,]/u;
  if (typeof value === "string" && value !== "" && !forbidden.test(value)) {
    return;
  }
  const found = typeof value === "string" ? JSON.stringify(value) : value;
  throw wrong(kind, `found ${found}, wanted a name`);
}

function wrong(kind: string, why: string): CaryatidError {
  return new CaryatidError(
    "WRONG_EXPORT",
    `Cannot use its permissions.${kind}: ${why}`,
    { hint: 'for example permissions: { net: ["api.example.com:443"] }' },
  );
}
