import type { ProcessConfig } from "../../config/process_config.ts";
import { tomlText } from "./learned_toml.ts";

/** More than a module in a worker can be used to: that has no bound of its own. In MiB. */
const MEMORY = 4096;
const ANY_TOPIC = ["publish", "subscribe", "request", "handle"]
  .map((right) => `${right} = ["#"]`);

/**
 * What is laid over a configuration to watch its isolated modules and buses: each in a process of its own, where all that is asked
 * for is its own, with any topic. Undefined where none is isolated.
 */
export function guestOverlay(
  { modules, buses }: Pick<ProcessConfig, "modules" | "buses">,
): string | undefined {
  const isIsolated = ({ isolation }: { readonly isolation: string }) =>
    isolation !== "none";
  const sections = [
    ...modules.filter(isIsolated).map(({ id, isolation }) => [
      ...section(`module.${tomlText(id)}`, isolation),
      `[module.${tomlText(id)}.permissions]`,
      ...ANY_TOPIC,
    ]),
    ...buses.filter(isIsolated).map(({ id, isolation }) =>
      section(`message-bus.${tomlText(id)}`, isolation)
    ),
  ];
  return sections.length === 0 ? undefined : sections.flat().join("\n");
}

function section(name: string, isolation: string): string[] {
  return [
    `[${name}]`,
    'isolation = "process"',
    ...isolation === "worker" ? [`[${name}.limits]`, `memory = ${MEMORY}`] : [],
  ];
}
