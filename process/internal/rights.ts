/**
 * Permissions and topic rights for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export {
  askedOf,
  askedPermissions,
  DENO_KINDS,
  grantCovers,
  grantsOfModule,
  needlessGrants,
} from "../rights/grants.ts";
export { relayGrants } from "../isolation/relay/relay_address.ts";
export { flagValues } from "../rights/grants_deno.ts";
export { reviewGrants } from "../rights/review_grants.ts";
