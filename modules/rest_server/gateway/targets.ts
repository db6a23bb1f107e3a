import { problem } from "../problem.ts";
import { isKnownHost } from "./hosts.ts";
import { type Query, readQuery } from "../query.ts";
import { authorityIn, readTarget, type TargetParts } from "./target.ts";
import { type Dots, elementsOf, topicOf, wordsOf } from "../topic_of.ts";

/** Maximum number of remembered targets, and their maximum length. */
const MOST_TARGETS = 1_024;
const MOST_LENGTH = 256;

const METHODS: ReadonlySet<string> = new Set(
  ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
);
const METHOD = /^[A-Z]+(-[A-Z]+)*$/;

/** Target of a request. */
export class Target {
  /** Path as received, without the query. */
  readonly path: string;
  /**
   * Percent-decoded segments of the path, without its first slash and one last
   * slash.
   */
  readonly segments: readonly string[];
  /** Segments as path elements of the message. */
  readonly elements: readonly string[];
  /** Host and port that the request is for. */
  readonly authority: string;
  /**
   * Canonical path by which Hono chooses routes and middleware. It consists of
   * the elements that handlers receive, so that no spelling bypasses a guard. A
   * percent sign is `%25`, since Hono decodes parameters.
   */
  readonly route: string;
  readonly #query: string;
  readonly #dots: Dots;
  #parameters: Query | undefined;
  #words: string | undefined;
  #method: string | undefined;
  #topic = "";

  /** `dots` are those of the server. */
  constructor(parts: TargetParts, dots: Dots) {
    const { path, segments, query } = parts;
    this.path = path;
    this.authority = parts.authority;
    this.segments = segments;
    this.elements = Object.freeze(elementsOf(segments, dots));
    const joined = this.elements.join("/");
    this.route = `/${
      joined.includes("%") ? joined.replaceAll("%", "%25") : joined
    }`;
    this.#query = query;
    this.#dots = dots;
  }

  /**
   * Words of the topic for the path. Throws a 404 {@linkcode Problem} if one of
   * them would be a wildcard or a marker of requests.
   */
  get words(): string {
    return this.#words ??= wordsOf(this.elements, this.#dots);
  }

  /**
   * Returns the topic of a request of this method below `root`, the topic of
   * the server. The last one is remembered, since buses look for it by
   * identity first.
   */
  topic(root: string, method: string): string {
    if (method !== this.#method) {
      this.#topic = topicOf(root, method, this.words);
      this.#method = method;
    }
    return this.#topic;
  }

  /**
   * Parameters of the query. Throws a 400 {@linkcode Problem} if the query
   * cannot be decoded.
   */
  get parameters(): Query {
    return this.#parameters ??= readQuery(this.#query);
  }
}

/** Settings of {@linkcode Targets}. */
export interface TargetRules {
  readonly scheme: "http" | "https";
  readonly dots: Dots;
  /**
   * Names of the server, in lower case, with or without a port; undefined if
   * any will do.
   */
  readonly hosts: ReadonlySet<string> | undefined;
}

interface Known {
  readonly host: string | undefined;
  readonly target: Target;
}

/** Reads the targets of requests, and caches them, since most are repeated. */
export class Targets {
  /** Host and port that Deno makes up for a request that names none. */
  fallback: string | undefined;
  readonly #rules: TargetRules;
  readonly #known = new Map<string, Known>();

  /** Reads targets by these rules. */
  constructor(rules: TargetRules) {
    this.#rules = rules;
  }

  /**
   * Reads the target of a request. Throws a {@linkcode Problem}: 501 for a
   * method that is not in upper case, 421 for a host that the server does not
   * accept, 400 for any other fault.
   */
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

  /**
   * Returns true for a request without a Host header that names its host all
   * the same, as one of HTTP/2 does.
   */
  namesHost(url: string): boolean {
    const authority = authorityIn(url, this.#rules.scheme.length + 3);
    return authority !== "" && authority !== this.fallback;
  }

  #read(url: string, host: string | undefined): Target {
    const { scheme, dots, hosts } = this.#rules;
    const { fallback } = this;
    const parts = readTarget({ url, host, scheme, fallback });
    if (!isKnownHost(parts.authority, hosts)) {
      throw problem(
        421,
        "the server has another name than the Host header says",
      );
    }
    const target = new Target(parts, dots);
    if (url.length > MOST_LENGTH) return target;
    if (this.#known.size >= MOST_TARGETS) this.#known.clear();
    this.#known.set(url, { host, target });
    return target;
  }
}

function checkMethod(method: string): void {
  if (method === "CONNECT") throw problem(400, "the server is not a proxy");
  if (!METHOD.test(method)) {
    throw problem(501, "found an unknown method");
  }
}
