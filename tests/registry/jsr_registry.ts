import { analyse } from "./analyse.ts";
import { readRelease, type Release } from "./release.ts";
import { latestOf, packageMeta, versionMeta } from "./registry_meta.ts";
import { unpack } from "./unpack.ts";

/** A downloaded file. */
export interface Download {
  readonly path: string;
  readonly bytes: number;
}

/** State of a version, for `deno publish`. */
interface Publication {
  readonly id: string;
  readonly status: "success" | "failure";
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * A JSR registry on this machine, in memory: enough of it for a real
 * `deno publish`, and for those who import what was published. Deno finds it by
 * `JSR_URL`. It refuses what JSR refuses.
 */
export class JsrRegistry implements AsyncDisposable {
  /** For `JSR_URL`. */
  readonly url: string;
  /** All downloaded files, in order. */
  readonly downloads: Download[] = [];
  /**
   * Time at which all versions were published: a week ago, because Deno ignores
   * versions younger than a day.
   */
  createdAt: Date = new Date(Date.now() - 7 * 24 * 3_600_000);
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #releases = new Map<string, Map<string, Release>>();
  readonly #publications = new Map<string, Publication>();

  /** Listens on a free port. */
  constructor() {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** The latest version of each package. */
  get latest(): Release[] {
    return [...this.#releases.values()].map((versions) =>
      versions.get(latestOf(versions))!
    );
  }

  /**
   * Adds a version without publishing it, for example one that differs from
   * another version in a line.
   */
  add(release: Release): void {
    const { name, version } = release;
    const versions = this.#releases.get(name) ?? new Map();
    this.#releases.set(name, versions.set(version, release));
  }

  /** A version that was published. */
  release(name: string, version: string): Release {
    return this.#releases.get(name)!.get(version)!;
  }

  /** Stops the registry. A second call has no effect. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #answer(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/api/")) return this.#api(request, pathname);
    const body = this.#file(pathname);
    if (body === undefined) return new Response("not found", { status: 404 });
    this.downloads.push({ path: pathname, bytes: body.length });
    return new Response(body, {
      headers: { "content-type": contentType(pathname) },
    });
  }

  async #api(request: Request, pathname: string): Promise<Response> {
    const [, status] = pathname.match(/^\/api\/publish_status\/(.+)$/) ?? [];
    if (status !== undefined) {
      return Response.json(this.#publications.get(status));
    }
    const [, scope, name, version] = pathname.match(
      /^\/api\/scopes\/([^/]+)\/packages\/([^/]+)(?:\/versions\/([^/]+))?$/,
    ) ?? [];
    if (request.method === "POST" && version !== undefined) {
      return Response.json(await this.#publish(request, version));
    }
    const versions = this.#releases.get(`@${scope}/${name}`);
    if (version !== undefined && !versions?.has(version)) {
      return Response.json({ code: "notFound", message: "not found" }, {
        status: 404,
      });
    }
    // Every requested package exists.
    return Response.json({ scope, name, version });
  }

  async #publish(request: Request, version: string): Promise<Publication> {
    const folder = await Deno.makeTempDir({ prefix: "caryatid_publish_" });
    try {
      await unpack(request.body!, folder);
      const release = await readRelease(folder);
      const refusals = await analyse(folder, release.exports, this.url);
      if (release.version !== version) {
        refusals.push({
          code: "configFileVersionMismatch",
          message: `found ${release.version}; expected ${version}`,
        });
      }
      if (refusals.length === 0) this.add(release);
      return this.#published(refusals);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }

  #published(
    refusals: readonly { readonly code: string; readonly message: string }[],
  ): Publication {
    const id = crypto.randomUUID();
    const [first] = refusals;
    const publication: Publication = first === undefined
      ? { id, status: "success", error: null }
      : {
        id,
        status: "failure",
        error: {
          code: first.code,
          message: refusals.map(({ message }) => message).join("\n"),
        },
      };
    this.#publications.set(id, publication);
    return publication;
  }

  #file(pathname: string): Uint8Array<ArrayBuffer> | undefined {
    const [, name, rest] = pathname.match(/^\/(@[^/]+\/[^/]+)\/(.+)$/) ?? [];
    const versions = this.#releases.get(name ?? "");
    if (rest === undefined || versions === undefined) return undefined;
    if (rest === "meta.json") {
      return json(packageMeta(name!, versions, this.createdAt));
    }
    const [, meta] = rest.match(/^([^/]+)_meta\.json$/) ?? [];
    const release = versions.get(meta ?? rest.split("/")[0]!);
    if (release === undefined) return undefined;
    if (meta !== undefined) return json(versionMeta(release));
    return release.files.get(decodeURI(rest.slice(rest.indexOf("/"))));
  }
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function contentType(path: string): string {
  if (path.endsWith(".json")) return "application/json";
  return path.endsWith(".ts") ? "application/typescript" : "text/plain";
}
