/** Returns `caryatid.toml` of a worker: its module, a clock and a spy. */
export function workerToml(name: string, schema: string): string {
  const file = name.replaceAll("-", "_");
  return `#:schema ${schema}
# Each section is a module: its code and its settings.

[module.clock]

[module.${name}]
import = "./${file}.ts"
greeting = "Hello, world!"

# Logs messages.
[module.spy]
topic = "${name}.#"
`;
}
