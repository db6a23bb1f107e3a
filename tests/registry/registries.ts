import assert from "node:assert/strict";
import { JsrRegistry } from "./jsr_registry.ts";
import { NpmRegistry } from "./npm_registry.ts";
import { publishWorkspace } from "./publish.ts";

/**
 * The registries of consumers: a JSR to which this workspace is published, and
 * an npm.
 */
export class Registries implements AsyncDisposable {
  readonly jsr: JsrRegistry = new JsrRegistry();
  readonly npm: NpmRegistry = new NpmRegistry();

  /** Starts the registries and publishes the workspace. */
  static async start(): Promise<Registries> {
    const registries = new Registries();
    const { code, said } = await publishWorkspace(registries.jsr);
    assert.equal(code, 0, said);
    return registries;
  }

  /** Stops both registries. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.jsr[Symbol.asyncDispose]();
    await this.npm[Symbol.asyncDispose]();
  }
}
