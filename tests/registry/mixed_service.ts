import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { RunningProgram } from "../support/running_program.ts";
import { Consumer, IMPORTS } from "./consumer.ts";
import { publishPackage, talkerPackage, type ThirdParty } from "./packages.ts";
import type { Registries } from "./registries.ts";

/** A third-party module on JSR. */
export const TALKER: ThirdParty = talkerPackage("@acme/talker", "from.jsr");

/** Text of a module in a local file. */
export const LOCAL = `
  import { defineModule } from "@caryatid/sdk";
  export default defineModule({
    name: "local",
    init(context) { context.run(() => context.publish("from.file", "here")); },
  });
`;

const TOPICS = ["from.jsr", "from.npm", "from.http", "from.file", "clock.tick"];

/**
 * A service with modules from JSR, npm, a web server and a file, and standard
 * ones.
 */
export class MixedService implements AsyncDisposable {
  /** The consumer in whose folder the configuration `service.toml` is. */
  readonly user: Consumer;
  /** Port of the web server. */
  readonly port: number;
  readonly #web: Deno.HttpServer;

  private constructor(
    user: Consumer,
    port: number,
    web: Deno.HttpServer,
  ) {
    this.user = user;
    this.port = port;
    this.#web = web;
  }

  /**
   * Publishes the modules, and writes the configuration to the folder of a new
   * consumer.
   */
  static async make(registries: Registries): Promise<MixedService> {
    await publishPackage(registries.jsr, TALKER);
    await registries.npm.add(npmTalker());
    const text = plainModule("from.http");
    const web = serve(text);
    const { port } = web.addr;
    const user = await Consumer.make(registries, {
      "deno.json": IMPORTS,
      "local.ts": LOCAL,
      "service.toml": `
        [module.jsr]
        import = "jsr:@acme/talker@1"
        [module.npm]
        import = "npm:caryatid-talker@1"
        [module.web]
        import = "http://127.0.0.1:${port}/module.js"
        integrity = "${integrityOf(text)}"
        [module.local]
        import = "./local.ts"
        [module.clock]
        [module.spy]
      `,
    });
    return new MixedService(user, port, web);
  }

  /**
   * Runs the service online until a message of each module is logged, and ends
   * it.
   */
  async runAll(): Promise<void> {
    await using program = this.user.caryatid("run", "service.toml");
    await this.hearAll(program);
  }

  /**
   * Resolves when a message of each module is logged in `program`, and the
   * program has ended with exit code 0.
   */
  async hearAll(program: RunningProgram): Promise<void> {
    for (const topic of TOPICS) {
      await program.line(new RegExp(`received ${RegExp.escape(topic)}: `));
    }
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  }

  /** Stops the web server; calling it twice is harmless. */
  async closeWeb(): Promise<void> {
    await this.#web.shutdown();
  }

  /** Stops the web server and removes the consumer. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeWeb();
    await this.user[Symbol.asyncDispose]();
  }
}

/**
 * Returns the text of a module in plain JavaScript, as npm and web servers
 * deliver it.
 */
function plainModule(topic: string): string {
  return `export default {
    "~caryatid": { kind: "module", version: 1 },
    name: "plain", description: "", config: undefined, permissions: {},
    init(context) { context.run(() => context.publish("${topic}", "here")); },
  };`;
}

function npmTalker() {
  const [name, version] = ["caryatid-talker", "1.0.0"];
  const config = { name, version, type: "module", exports: "./index.js" };
  return {
    name,
    version,
    files: {
      "package.json": JSON.stringify(config),
      "index.js": plainModule("from.npm"),
    },
  };
}

function integrityOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function serve(text: string): Deno.HttpServer<Deno.NetAddr> {
  const headers = { "content-type": "text/javascript" };
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(text, { headers }),
  );
}
