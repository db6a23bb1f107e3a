import { configUrl } from "./config_files.ts";
import { routesOf } from "./routes_of.ts";
import { showProblems } from "./show_problems.ts";
import { readSubject, type Subject, type SubjectOptions } from "./subject.ts";
import { harmless, type Terminal } from "./terminal.ts";

/** `caryatid graph FILE…`: modules, topics, routes and buses as Mermaid text. Gives the exit code. */
export async function graph(
  terminal: Terminal,
  files: readonly string[],
  options: SubjectOptions = {},
): Promise<0 | 2> {
  const subject = await readSubject(files.map(configUrl), options);
  if (subject.problems.length > 0) {
    showProblems(terminal, subject.problems, []);
    return 2;
  }
  for (const line of mermaid(subject)) terminal.print(line);
  return 0;
}

/**
 * The graph of a configuration. A key of a section names a topic, not who sends on it, so lines from modules to topics have no
 * direction; a route is an arrow to its bus.
 */
export function mermaid({ config, parts }: Subject): string[] {
  const lines = ["flowchart LR"];
  const modules = parts.filter(({ kind }) => kind === "module");
  const topics = new Map<string, string>();
  for (const [index, { config: { id, className } }] of modules.entries()) {
    const kind = className === id ? "" : ` (${className})`;
    lines.push(`  m${index}[${label(id + kind)}]`);
  }
  for (const { inspection } of modules) {
    for (const { topic } of inspection.topics) {
      if (topics.has(topic)) continue;
      topics.set(topic, `t${topics.size}`);
      lines.push(`  ${topics.get(topic)}([${label(topic)}])`);
    }
  }
  for (const [index, { id, className }] of config.buses.entries()) {
    lines.push(`  b${index}[(${label(`${id} (${className})`)})]`);
  }
  for (const [index, { inspection }] of modules.entries()) {
    for (const { key, topic } of inspection.topics) {
      lines.push(`  m${index} ---|${label(key)}| ${topics.get(topic)}`);
    }
  }
  const busNodes = new Map(config.buses.map(({ id }, n) => [id, `b${n}`]));
  for (const [topic, node] of topics) {
    for (const { pattern, buses } of routesOf(config.routes, topic)) {
      for (const bus of buses) {
        lines.push(`  ${node} -->|${label(pattern)}| ${busNodes.get(bus)}`);
      }
    }
  }
  return lines;
}

/** Text as Mermaid takes it: in quotes, and none of its own marks. */
function label(text: string): string {
  const safe = harmless(text).slice(0, 200).replace(
    /[^\p{L}\p{N} ._()/:-]/gu,
    (char) => `#${char.codePointAt(0)};`,
  );
  return `"${safe}"`;
}
