import { VERSION } from "@caryatid/process/internal/platform";
import { commandFor, importsFor, linksFor } from "./checkout.ts";
import type { Files } from "./files.ts";

/** Texts in which projects differ. */
export interface ProjectText {
  /** Text of `caryatid.toml`. */
  readonly toml: string;
  /** Modules and their tests. */
  readonly code: Files;
  /** Paragraph of the README about the files. */
  readonly about: string;
  /** Command to try while `deno task dev` runs, or the tests. */
  readonly tryIt: string;
  /** Port on which the project listens (none). */
  readonly port?: number;
  /**
   * Module that the package exports (none). Such a project is published, and
   * `compile` refuses isolated modules: it makes no binary and no image.
   */
  readonly exports?: string;
}

/** Packages that the RabbitMQ bus, the clock and the dashboard need. */
const NEEDED = ["amqplib", "croner", "hono"];

/** Returns the files of a project for the folder with this absolute path. */
export function projectFiles(
  name: string,
  folder: string,
  text: ProjectText,
): Files {
  return {
    "deno.json": json(denoJson(name, folder, text)),
    "caryatid.toml": text.toml,
    ...text.code,
    "README.md": readme(name, text),
    ...text.exports === undefined ? imageFiles(name, text) : {},
    ".vscode/settings.json": json({
      "deno.enable": true,
      "evenBetterToml.schema.enabled": true,
    }),
    ".vscode/extensions.json": json({
      recommendations: ["denoland.vscode-deno", "tamasfe.even-better-toml"],
    }),
  };
}

function denoJson(
  name: string,
  folder: string,
  { exports, port }: ProjectText,
): Record<string, unknown> {
  const caryatid = `deno run -A '${commandFor(folder)}'`;
  return {
    ...exports === undefined ? {} : { name: `@you/${name}`, version: "0.1.0" },
    ...exports === undefined ? {} : { exports },
    // a project in a folder of a workspace is not a member of the workspace
    workspace: [],
    imports: {
      ...port === undefined
        ? {}
        : { "@caryatid/modules": `jsr:@caryatid/modules@^${VERSION}` },
      "@caryatid/sdk": `jsr:@caryatid/sdk@^${VERSION}`,
      zod: "npm:zod@^4.6.7",
      ...importsFor(port === undefined ? NEEDED : [...NEEDED, "ws"]),
    },
    ...linksFor(folder),
    tasks: {
      dev: `${caryatid} dev`,
      test: "deno test",
      check: `${caryatid} check caryatid.toml && deno check`,
      run: `${caryatid} run caryatid.toml`,
      ...exports === undefined
        ? { compile: `${caryatid} compile caryatid.toml -o ${name}` }
        : {},
    },
  };
}

/** Returns the files that concern the binary of a project and its image. */
function imageFiles(name: string, text: ProjectText): Files {
  return {
    "Dockerfile": dockerfile(name, text),
    ".dockerignore": `.git\n${name}\n`,
    ".gitignore": `/${name}\n`,
  };
}

function readme(
  name: string,
  { about, tryIt, port, exports }: ProjectText,
): string {
  const compile =
    "deno task compile    # makes one binary; the Dockerfile puts it into an image\n";
  return `# ${name}

A process of [Caryatid](https://github.com/input-output-hk/caryatid) modules.

\`\`\`sh
deno task dev        # runs it, and swaps modules whose files change
deno task test
deno task check      # checks the configuration and types
deno task run        # runs it with no more permissions than it needs
${exports === undefined ? compile : ""}\`\`\`

${about}
${port === undefined ? "" : `\n\`\`\`sh\n${tryIt}\n\`\`\`\n`}`;
}

function dockerfile(name: string, { port }: ProjectText): string {
  const address = "CARYATID_MODULE__REST_SERVER__ADDRESS=0.0.0.0";
  const listen = port === undefined
    ? ""
    : `# in a container the server listens on all addresses\nENV ${address}\n`;
  return `# One binary, in an image without a shell: docker build -t ${name} .
ARG DENO_VERSION=2.9.6
FROM docker.io/denoland/deno:\${DENO_VERSION} AS build
${listen}WORKDIR /source
COPY . .
RUN deno task compile

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /source/${name} /service
${listen}USER nonroot
${port === undefined ? "" : `EXPOSE ${port}\n`}ENTRYPOINT ["/service"]
`;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
