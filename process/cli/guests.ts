/** What only a configuration with isolated modules or buses needs: `run` loads it where there are some. */
export { fetchGuestCode } from "./guest_code.ts";
export { openRelay } from "./open_relay.ts";
export { workerSources } from "./worker_sources.ts";
