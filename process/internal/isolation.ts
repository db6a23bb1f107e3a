/**
 * Guests and their relay for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export type {
  WatchedJail,
  WatchedStart,
} from "../isolation/host/guest_process.ts";
export { registryEnvironment } from "../isolation/host/environment.ts";
export { guestFiles, guestName } from "../isolation/host/guest_spawner.ts";
export { findJail, type FoundJail } from "../isolation/jail/find_jail.ts";
export { startJailed } from "../isolation/jail/jailed_process.ts";
export { jailMounts } from "../isolation/jail/mounts.ts";
export { GuestRelay, type RelayOrder } from "../isolation/relay/guest_relay.ts";
export type { RelayAddress } from "../isolation/relay/relay_address.ts";
