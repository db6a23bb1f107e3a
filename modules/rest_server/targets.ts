import { problem } from "./problem.ts";
import { type Query, readQuery } from "./query.ts";
import { readTarget, type TargetParts } from "./target.ts";
import { type Dots, elementsOf, wordsOf } from "./topic_of.ts";

/** Targets that are remembered, and how long they may be. */
const MOST_TARGETS = 1_024;
const MOST_LENGTH = 256;

const METHODS: ReadonlySet<string> = new Set(
  ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
);
const METHOD = /^[A-Z]+(-[A-Z]+)*$/;

/** What a request asks for. */
export class Target {
  /** As it came, without the query. */
  readonly path: string;
  /** Of the path, without its first and one last slash, percent-decoded. */
  readonly segments: readonly string[];
  /** What its message calls them. */
  readonly elements: readonly string[];
  readonly #query: string;
  readonly #dots: Dots;
  #parameters: Query | undefined;
  #words: string | undefined;

  /** `dots` are those of the server. */
  constructor({ path, segments, query }: TargetParts, dots: Dots) {
    this.path = path;
    this.segments = segments;
    this.elements = Object.freeze(elementsOf(segments, dots));
    this.#query = query;
    this.#dots = dots;
  }

  /** The words of its topic. Throws a 404 {@linkcode Problem} where one would mean something else. */
  get words(): string {
    return this.#words ??= wordsOf(this.elements, this.#dots);
  }

  /** Of its query. Throws a 400 {@linkcode Problem} for what can't be decoded. */
  get parameters(): Query {
    return this.#parameters ??= readQuery(this.#query);
  }
}

interface Known {
  readonly host: string | undefined;
  readonly target: Target;
}

/** Reads the targets of requests, and remembers them: most come again. */
export class Targets {
  readonly #scheme: "http" | "https";
  readonly #dots: Dots;
  readonly #known = new Map<string, Known>();

  /** Both are the server's. */
  constructor(scheme: "http" | "https", dots: Dots) {
    this.#scheme = scheme;
    this.#dots = dots;
  }

  /** Throws a {@linkcode Problem}: 400, or 501 for a method that HTTP doesn't have. */
  read({ method, url }: Request, host: string | undefined): Target {
    if (!METHODS.has(method)) checkMethod(method);
    const known = this.#known.get(url);
    const target = known !== undefined && known.host === host
      ? known.target
      : this.#read(url, host);
    if (method === "OPTIONS" && target.path === "/*") {
      throw problem(400, "OPTIONS needs a path here");
    }
    return target;
  }

  #read(url: string, host: string | undefined): Target {
    const parts = readTarget({ url, host, scheme: this.#scheme });
    const target = new Target(parts, this.#dots);
    if (url.length > MOST_LENGTH) return target;
    if (this.#known.size >= MOST_TARGETS) this.#known.clear();
    this.#known.set(url, { host, target });
    return target;
  }
}

function checkMethod(method: string): void {
  if (method === "CONNECT") throw problem(400, "this is no proxy");
  if (method === "TRACE" || !METHOD.test(method)) {
    throw problem(501, "the method is not known here");
  }
}
