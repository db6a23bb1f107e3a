import type { ModuleGrants } from "../../config/process_config.ts";

/** Grants with some of the lists. */
export function grants(lists: Partial<ModuleGrants>): ModuleGrants {
  return {
    net: undefined,
    read: undefined,
    write: undefined,
    env: undefined,
    publish: undefined,
    subscribe: undefined,
    request: undefined,
    handle: undefined,
    groups: undefined,
    ...lists,
  };
}
