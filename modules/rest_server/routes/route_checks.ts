import { CaryatidError, type StandardSchema } from "@caryatid/sdk";
import { jsonSchemaOf } from "@caryatid/sdk/internal/json-schema";
import type { RouteRequest } from "./route_request.ts";
import { isAllowed, mediaType } from "../media_type.ts";
import { problem } from "../problem.ts";
import { Reply } from "./reply.ts";
import { readForm } from "../query.ts";
import type { RestRequest } from "../rest_message.ts";
import { CheckedRequest } from "./checked_request.ts";
import type { DefinedRoute } from "./define_route.ts";
import { VALUES } from "./describe_route.ts";
import { Findings, type Place, pointerTo } from "./findings.ts";
import { TextReader, type Texts } from "./text_reader.ts";

/** Longest body of a route that sets no other size, in bytes. */
const MAX_BODY_SIZE = 1_048_576;
const FORM = "application/x-www-form-urlencoded";

/** Part of a request with the reader of its texts. */
interface Part {
  readonly schema: StandardSchema;
  readonly texts: TextReader;
}

/** Validates requests and answers of a route that has schemas. */
export class RouteChecks {
  readonly #route: DefinedRoute;
  readonly #params: Part | undefined;
  readonly #query: Part | undefined;
  readonly #headers: Part | undefined;
  readonly #body: Part | undefined;
  /** Status of an answer for which the handler sets no status. */
  readonly #status: number;

  /** Reads the JSON Schemas of the schemas, once. */
  constructor(route: DefinedRoute) {
    this.#route = route;
    this.#params = partOf(route.params);
    this.#query = partOf(route.query);
    this.#headers = partOf(route.headers);
    this.#body = partOf(route.body);
    const statuses = Object.keys(route.responses ?? {}).map(Number);
    this.#status = statuses.find((each) => each < 300 && each !== 204) ?? 200;
  }

  /**
   * Throws a 415 for a body of a type that is not declared, and a 413 for one
   * that is too long, before the body is parsed.
   */
  admit({ body, headers }: RestRequest): void {
    if (this.#body === undefined || body.length === 0) return;
    const { media = VALUES, maxBodySize = MAX_BODY_SIZE } = this.#route;
    if (isLonger(body, maxBodySize)) {
      throw problem(413, `the body may have ${maxBodySize} bytes`);
    }
    const type = mediaType(headers["content-type"]);
    if (isAllowed(type, media)) return;
    throw problem(415, `the body may be ${media.join(", ")}`, {
      headers: { accept: media.join(", ") },
    });
  }

  /**
   * Resolves with the request as the schemas return it. Rejects with a 400 that
   * lists the validation errors.
   */
  async checked(asked: RouteRequest): Promise<CheckedRequest> {
    const { message } = asked;
    const findings = new Findings();
    const check = (place: Place, part: Part | undefined, value: unknown) =>
      part ? this.#check(findings, place, part.schema, value) : value;
    const texts = (part: Part | undefined, texts: Texts) =>
      part?.texts.read(texts);
    const [params, query, headers, body] = await Promise.all([
      check("path", this.#params, texts(this.#params, listed(asked.params))) ??
        asked.params,
      check("query", this.#query, texts(this.#query, message.query_values)) ??
        asked.query,
      check(
        "header",
        this.#headers,
        texts(this.#headers, listed(message.headers)),
      ) ?? asked.headers,
      check("body", this.#body, this.#bodyOf(asked)),
    ]);
    if (!findings.isEmpty) throw findings.problem();
    return new CheckedRequest(asked, { params, query, headers, body });
  }

  /**
   * Resolves with the return value of a handler, as transformed by the schema.
   * Rejects with `INVALID_MESSAGE` if it does not match the schema.
   */
  async answer(returned: unknown): Promise<unknown> {
    if (returned instanceof Response) return returned;
    const { value, options } = returned instanceof Reply
      ? returned
      : { value: returned, options: {} };
    const status = options.status ??
      (value === undefined ? 204 : this.#status);
    const schema = this.#schemaOf(status);
    if (schema === undefined) return new Reply(value, { ...options, status });
    const result = await schema["~standard"].validate(value);
    if (result.issues) {
      // A message of the schema may repeat the value, so the log gets only the
      // place.
      const where = result.issues.slice(0, 5).map(pointerTo).join(", ");
      throw new CaryatidError(
        "INVALID_MESSAGE",
        `Cannot answer "${this.#route.method} ${this.#route.path}": ` +
          `what the handler returned does not match its schema at ${where}`,
        {
          hint:
            "Compare it with the schema of the answer given to defineRoute.",
        },
      );
    }
    return new Reply(result.value, { ...options, status });
  }

  #schemaOf(status: number): StandardSchema | undefined {
    const { answer, responses } = this.#route;
    const configured = responses?.[status];
    if (typeof configured === "object" && configured.schema) {
      return configured.schema;
    }
    // A 204 that is not declared is an answer that was forgotten.
    const isBodiless = configured !== undefined && status === 204;
    return status < 300 && !isBodiless ? answer : undefined;
  }

  #bodyOf({ body, message }: RouteRequest): unknown {
    const isForm = typeof message.body === "string" && message.body !== "" &&
      mediaType(message.headers["content-type"]) === FORM;
    if (!isForm || this.#body === undefined) return body;
    // `URLSearchParams` would search all fields for each name.
    return this.#body.texts.read(readForm(message.body as string).all);
  }

  async #check(
    findings: Findings,
    place: Place,
    schema: StandardSchema,
    value: unknown,
  ): Promise<unknown> {
    const result = await schema["~standard"].validate(value);
    if (!result.issues) return result.value;
    findings.add(place, value, result.issues);
    return undefined;
  }
}

/** Returns true if a body has over `most` bytes, as UTF-8 if it is text. */
function isLonger(body: string | Uint8Array, most: number): boolean {
  if (body.length > most) return true;
  if (typeof body !== "string" || body.length * 3 <= most) return false;
  return new TextEncoder().encode(body).length > most;
}

function partOf(schema: StandardSchema | undefined): Part | undefined {
  return schema &&
    { schema, texts: new TextReader(jsonSchemaOf(schema, "input")) };
}

function listed(texts: Readonly<Record<string, string>>): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, [text]]),
  );
}
