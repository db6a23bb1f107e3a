import type { PermissionRequest } from "@caryatid/sdk";
import type { RestServerConfig } from "./config.ts";

/** What a server needs: where it listens, and the files and the variable that its section names. */
export function permissionsFor(config: RestServerConfig): PermissionRequest {
  const { address, port, tls, auth } = config;
  const host = address.includes(":") ? `[${address}]` : address;
  const files = [tls?.cert, tls?.key, auth?.file, config.static?.folder];
  return {
    // Deno asks for whatever port 0 turns out to be.
    net: [port === 0 ? host : `${host}:${port}`],
    read: files.filter((file) => file !== undefined),
    env: auth?.env === undefined ? [] : [auth.env],
  };
}
