import { CaryatidError, type StandardSchema } from "@caryatid/sdk";
import type { RouteRequest } from "../route_request.ts";
import { isAllowed, mediaType } from "../media_type.ts";
import { problem } from "../problem.ts";
import { Reply } from "../reply.ts";
import type { RestRequest } from "../rest_message.ts";
import { CheckedRequest } from "./checked_request.ts";
import type { DefinedRoute } from "./define_route.ts";
import { VALUES } from "./describe_route.ts";
import { jsonSchemaOf } from "./json_schema.ts";
import { Findings, type Place, pointerTo } from "./findings.ts";
import { TextReader, type Texts } from "./text_reader.ts";

const FORM = "application/x-www-form-urlencoded";

/** A part of a request, and how its texts are to be read. */
interface Part {
  readonly schema: StandardSchema;
  readonly texts: TextReader;
}

/** Holds requests and answers against what a route declares. */
export class RouteChecks {
  readonly #route: DefinedRoute;
  readonly #params: Part | undefined;
  readonly #query: Part | undefined;
  readonly #headers: Part | undefined;
  readonly #body: Part | undefined;
  /** Of an answer that has none of its own. */
  readonly #status: number;

  /** Asks the schemas for their JSON Schema, once. */
  constructor(route: DefinedRoute) {
    this.#route = route;
    this.#params = partOf(route.params);
    this.#query = partOf(route.query);
    this.#headers = partOf(route.headers);
    this.#body = partOf(route.body);
    const statuses = Object.keys(route.responses ?? {}).map(Number);
    this.#status = statuses.find((each) => each < 300 && each !== 204) ?? 200;
  }

  /** Throws a 415 for a body of a type that isn't declared, before anybody reads it. */
  admit({ body, headers }: RestRequest): void {
    if (this.#body === undefined || body.length === 0) return;
    const { media = VALUES } = this.#route;
    const type = mediaType(headers["content-type"]);
    if (isAllowed(type, media)) return;
    throw problem(415, `the body may be ${media.join(", ")}`, {
      headers: { accept: media.join(", ") },
    });
  }

  /** The request as the schemas make it. Rejects with a 400 that lists what doesn't fit. */
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

  /** What a handler returned, as the schema makes it. Rejects with `INVALID_MESSAGE` where it doesn't fit. */
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
      // What is said of a value may repeat it: where it is will do in a log.
      const where = result.issues.slice(0, 5).map(pointerTo).join(", ");
      throw new CaryatidError(
        "INVALID_MESSAGE",
        `Cannot answer "${this.#route.method} ${this.#route.path}": ` +
          `what the handler returned doesn't fit its schema at ${where}`,
        { hint: "it doesn't fit the answer given to defineRoute" },
      );
    }
    return new Reply(result.value, { ...options, status });
  }

  #schemaOf(status: number): StandardSchema | undefined {
    const { answer, responses } = this.#route;
    const told = responses?.[status];
    if (typeof told === "object" && told.schema) return told.schema;
    // A 204 that isn't declared is an answer that was forgotten.
    const isBodiless = told !== undefined && status === 204;
    return status < 300 && !isBodiless ? answer : undefined;
  }

  #bodyOf({ body, message }: RouteRequest): unknown {
    const isForm = typeof message.body === "string" && message.body !== "" &&
      mediaType(message.headers["content-type"]) === FORM;
    if (!isForm || this.#body === undefined) return body;
    const fields = new URLSearchParams(message.body as string);
    const names = [...new Set(fields.keys())];
    const texts = names.map((name) => [name, fields.getAll(name)]);
    return this.#body.texts.read(Object.fromEntries(texts));
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

function partOf(schema: StandardSchema | undefined): Part | undefined {
  return schema &&
    { schema, texts: new TextReader(jsonSchemaOf(schema, "input")) };
}

function listed(texts: Readonly<Record<string, string>>): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, [text]]),
  );
}
