import type { RequestHeaders } from "./headers.ts";
import type { RestRequest } from "../rest_message.ts";
import type { Target } from "./targets.ts";

/** Parts of a message. */
export interface RestRequestParts {
  readonly method: string;
  readonly target: Target;
  readonly headers: RequestHeaders;
  readonly body: string | Uint8Array;
  /** True if the headers of a proxy name the client. */
  readonly trusted: boolean;
  /** Header for the gateway, which handlers do not receive. */
  readonly withheld: string | undefined;
  /** Header with the id of the request. */
  readonly id: readonly [name: string, id: string] | undefined;
}

/** Creates the message for the handler of a route. */
export function restRequest(parts: RestRequestParts): RestRequest {
  const { path, elements, parameters } = parts.target;
  return {
    method: parts.method,
    path,
    path_elements: elements,
    body: parts.body,
    query_parameters: parameters.last,
    query_values: parameters.all,
    headers: headersOf(parts),
  };
}

function headersOf(
  { headers, trusted, withheld, id }: RestRequestParts,
): Record<string, string> {
  const { own, forwarded } = headers;
  const shown = trusted && forwarded ? { ...own, ...forwarded } : own;
  if (withheld === undefined && id === undefined) return shown;
  const copy = { ...shown };
  if (withheld !== undefined) delete copy[withheld];
  if (id !== undefined) copy[id[0]] = id[1];
  return copy;
}
