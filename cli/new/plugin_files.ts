/** Returns `caryatid.toml` of a plugin: its module, isolated, and a clock. */
export function pluginToml(name: string, schema: string): string {
  const file = name.replaceAll("-", "_");
  return `#:schema ${schema}
# Runs the module as a user would run it: isolated, with these rights.

[module.clock]

[module.${name}]
import = "./${file}.ts"
isolation = "process"

[module.${name}.permissions]
subscribe = ["clock.tick"]
publish = ["${name}.hello"]

# Logs messages.
[module.spy]
topic = "${name}.#"
`;
}
