import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Download } from "./jsr_registry.ts";

const UPSTREAM = "https://registry.npmjs.org/";

/** A package with one version. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Texts by their paths: `index.js`. */
  readonly files: Readonly<Record<string, string>>;
}

interface Kept {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly status: number;
}

/**
 * An npm registry on this machine. It has the packages that a test adds or
 * `npm publish` sends. It fetches all others from npm, once, so that the
 * downloads of a consumer can be counted. Deno finds it by
 * `NPM_CONFIG_REGISTRY`.
 */
export class NpmRegistry implements AsyncDisposable {
  /** For `NPM_CONFIG_REGISTRY`. */
  readonly url: string;
  /** All packages that were downloaded from it, in order. */
  readonly downloads: Download[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #kept = new Map<string, Promise<Kept>>();

  /** Listens on a free port. */
  constructor() {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => {
        const path = new URL(request.url).pathname.slice(1);
        return request.method === "PUT"
          ? this.#publish(request)
          : this.#answer(path);
      },
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** Adds a package. */
  async add({ name, version, files }: NpmPackage): Promise<void> {
    const archive = await pack(files);
    const tarball = `${name}/-/${name}-${version}.tgz`;
    const integrity = createHash("sha512").update(archive).digest("base64");
    const document = {
      name,
      "dist-tags": { latest: version },
      // Deno ignores versions younger than a day.
      time: { [version]: "2026-01-01T00:00:00.000Z" },
      versions: {
        [version]: {
          name,
          version,
          dist: {
            tarball: this.url + tarball,
            integrity: `sha512-${integrity}`,
          },
        },
      },
    };
    const body = new TextEncoder().encode(JSON.stringify(document));
    this.#kept.set(name, Promise.resolve({ body, status: 200 }));
    this.#kept.set(tarball, Promise.resolve({ body: archive, status: 200 }));
  }

  /** Stops the registry. A second call has no effect. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  /**
   * Reads the document of `npm publish`, which contains the archive in base64.
   */
  async #publish(request: Request): Promise<Response> {
    const { _attachments, ...document } = await request.json();
    const { name } = document;
    const [[version, published]] = Object.entries(document.versions) as [
      [string, { dist: { tarball: string } }],
    ];
    const [{ data }] = Object.values(_attachments) as [{ data: string }];
    const tarball = `${name}/-/${name.split("/").at(-1)}-${version}.tgz`;
    published.dist.tarball = this.url + tarball;
    document.time = { [version]: "2026-01-01T00:00:00.000Z" };
    const body = new TextEncoder().encode(JSON.stringify(document));
    this.#kept.set(name, Promise.resolve({ body, status: 200 }));
    const archive = Uint8Array.fromBase64(data);
    this.#kept.set(tarball, Promise.resolve({ body: archive, status: 200 }));
    return Response.json({ ok: true }, { status: 201 });
  }

  async #answer(encoded: string): Promise<Response> {
    const path = decodeURIComponent(encoded);
    const kept = this.#kept.get(path) ?? this.#fetch(path);
    this.#kept.set(path, kept);
    const { body, status } = await kept;
    if (path.endsWith(".tgz")) {
      this.downloads.push({ path, bytes: body.length });
    }
    return new Response(body, { status });
  }

  async #fetch(path: string): Promise<Kept> {
    const address = path.endsWith(".tgz") ? path : path.replaceAll("/", "%2f");
    const response = await fetch(UPSTREAM + address, {
      headers: { accept: "application/vnd.npm.install-v1+json, */*" },
    });
    const { status } = response;
    if (path.endsWith(".tgz")) return { body: await response.bytes(), status };
    const text = (await response.text()).replaceAll(UPSTREAM, this.url);
    return { body: new TextEncoder().encode(text), status };
  }
}

/**
 * Returns a package in the form of npm: a gzipped tar with all files in a
 * folder `package`.
 */
async function pack(
  files: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_npm_" });
  try {
    await Deno.mkdir(`${folder}/package`);
    for (const [path, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/package/${path}`, text);
    }
    const { success, stdout } = await new Deno.Command("tar", {
      args: ["-czf", "-", "-C", folder, "package"],
    }).output();
    assert(success);
    return new Uint8Array(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
