import type { PermissionRequest } from "@caryatid/sdk";
import { netOf } from "../../server_address.ts";
import type { RestServerConfig } from "../config.ts";

/** Variables that the package `ws` reads as it is loaded. */
const WS = ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"];

/**
 * Returns the permissions that a server needs: its addresses, the files and the
 * variable that its section names, and the variables of `ws` if it has
 * WebSockets.
 */
export function permissionsFor(config: RestServerConfig): PermissionRequest {
  const { address, port, tls, auth, live } = config;
  const sockets = live?.["socket-port"];
  const ports = sockets === undefined ? [port] : [port, sockets];
  const files = [tls?.cert, tls?.key, auth?.file, config.static?.folder];
  return {
    net: [...new Set(ports.map((port) => netOf(address, port)))],
    read: files.filter((file) => file !== undefined),
    env: [
      ...auth?.env === undefined ? [] : [auth.env],
      ...sockets === undefined ? [] : WS,
    ],
  };
}
