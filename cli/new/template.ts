import type { Files } from "./files.ts";
import { moduleFiles } from "./module_files.ts";
import { pluginToml } from "./plugin_files.ts";
import { projectFiles, type ProjectText } from "./project_files.ts";
import { schemaFor } from "./checkout.ts";
import { SERVICE_FILES, serviceToml } from "./service_files.ts";
import { workerToml } from "./worker_files.ts";

/** Kind of template. */
export type TemplateName = "service" | "worker" | "plugin" | "module";

/** Kinds of templates, with what they write. */
export const TEMPLATES: Readonly<Record<TemplateName, string>> = {
  service: "a project with REST, a typed request and a scheduled job",
  worker: "a project with one module that works at each tick of a clock",
  plugin: "a project with one isolated module, to publish",
  module: "a module and its test, for an existing project",
};

/** Files of a template, and the commands to try next. */
export interface Template {
  readonly files: Files;
  /** Command lines, in order. */
  readonly next: readonly string[];
}

/** Modules of `caryatid.toml` whose names a project cannot have. */
export function takenNames(template: TemplateName): readonly string[] {
  return template === "worker" || template === "plugin" ? ["clock", "spy"] : [];
}

/**
 * Returns a template for the folder with this absolute path. `path` is the one
 * that the user wrote.
 */
export function templateOf(
  template: TemplateName,
  { name, folder, path }: {
    readonly name: string;
    readonly folder: string;
    readonly path: string;
  },
): Template {
  if (template === "module") return moduleTemplate(name);
  const texts = PROJECTS[template](name, schemaFor(folder));
  return {
    files: projectFiles(name, folder, texts),
    next: [`cd ${path}`, "deno task dev", texts.tryIt],
  };
}

const PROJECTS: Readonly<
  Record<
    Exclude<TemplateName, "module">,
    (name: string, schema: string) => ProjectText
  >
> = {
  service: (_, schema) => ({
    toml: serviceToml(schema),
    code: SERVICE_FILES,
    about:
      "`caryatid.toml` names the modules that run. `api.ts` answers HTTP, and asks\n" +
      "`tasks.ts` by the typed topics of `messages.ts`; `report.ts` logs a report each\n" +
      "minute. While `deno task dev` runs:",
    tryIt: 'curl --json \'{"title":"tea"}\' http://127.0.0.1:4340/tasks',
    port: 4340,
  }),
  worker: (name, schema) => ({
    toml: workerToml(name, schema),
    code: moduleFiles(name),
    about: `\`caryatid.toml\` says which modules run; \`${
      fileOf(name)
    }.ts\` is one.`,
    tryIt: "deno task test",
  }),
  plugin: (name, schema) => ({
    toml: pluginToml(name, schema),
    code: moduleFiles(name),
    exports: `./${fileOf(name)}.ts`,
    about: `Users import the module of \`${fileOf(name)}.ts\`.\n\n` +
      "`caryatid.toml` runs it isolated, with the rights that a user grants.",
    tryIt: "deno task test",
  }),
};

function moduleTemplate(name: string): Template {
  const file = fileOf(name);
  return {
    files: moduleFiles(name),
    next: [
      `printf '\\n[module.${name}]\\nimport = "./${file}.ts"\\n' >> caryatid.toml`,
      "deno task check",
      `deno test ${file}_test.ts`,
    ],
  };
}

function fileOf(name: string): string {
  return name.replaceAll("-", "_");
}
