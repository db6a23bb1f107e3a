import { isForwarded, isHopByHop } from "./headers.ts";
import { readQuery } from "./query.ts";
import type { RestRequest } from "./rest_message.ts";
import type { Target } from "./target.ts";

/** What a message is made of. */
export interface RestRequestParts {
  readonly method: string;
  readonly target: Target;
  readonly elements: readonly string[];
  readonly headers: Headers;
  readonly body: string | Uint8Array;
  /** Whether to believe what a proxy says of the client. */
  readonly trusted: boolean;
  /** A header that was for the gateway, and stays with it. */
  readonly withheld: string | undefined;
  /** The header that names the request, as the gateway knows it. */
  readonly id: readonly [name: string, id: string] | undefined;
}

/** Makes the message that a route's handler gets. */
export function restRequest(parts: RestRequestParts): RestRequest {
  const query = readQuery(parts.target.query);
  return {
    method: parts.method,
    path: parts.target.path,
    path_elements: parts.elements,
    body: parts.body,
    query_parameters: query.last,
    query_values: query.all,
    headers: headersOf(parts),
  };
}

function headersOf(
  { headers, trusted, withheld, id }: RestRequestParts,
): Record<string, string> {
  const kept: [string, string][] = [];
  const connection = headers.get("connection");
  for (const entry of headers) {
    const name = entry[0];
    if (
      name === withheld || isHopByHop(name, connection) ||
      (!trusted && isForwarded(name))
    ) continue;
    kept.push(entry);
  }
  if (id) kept.push([...id]);
  // `fromEntries` makes plain data of any name, `__proto__` included.
  return Object.fromEntries(kept);
}
