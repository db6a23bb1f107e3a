import {
  CaryatidError,
  type CaryatidErrorOptions,
  isFrameworkCode,
} from "./errors.ts";
import type {
  SchemaInput,
  SchemaOutput,
  StandardSchema,
} from "./standard_schema.ts";
import { topicWords, validatePattern, validateTopic } from "./topic.ts";
import type {
  PatternWord,
  TopicOf,
  TopicSchemas,
  TypedPattern,
  TypedTopic,
} from "./typed_topic.ts";

/** Options of {@linkcode defineTopic}. */
export interface TopicOptions<
  A extends StandardSchema = StandardSchema,
  Codes extends string = never,
> {
  /** Schema of the answers to requests on the topic. */
  readonly answer?: A;
  /**
   * Codes of the errors that its handlers throw, each with the HTTP status that
   * REST answers: `{ OUT_OF_STOCK: 409 }`.
   */
  readonly errors?: Readonly<Record<Codes, number>>;
}

/**
 * Declares a schema for the messages of a topic or pattern. Publishers and
 * subscribers are typed by it, and their messages are validated.
 *
 * A message that does not fit makes `publish` reject with `INVALID_MESSAGE`. If
 * another program published it, a subscription drops, counts and logs it. The
 * original object is delivered unless the schema transformed it.
 *
 * A name with a wildcard makes a {@linkcode TypedPattern}, any other a
 * {@linkcode TypedTopic}.
 *
 * @param name the topic, or a pattern of topics
 * @param schema a schema of any library that implements Standard Schema
 *
 * @example A topic
 * ```ts
 * import { defineTopic } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 *
 * const schema = z.object({ number: z.number().int() });
 * const tick = defineTopic("clock.tick", schema);
 * assert.equal(tick.name, "clock.tick");
 * ```
 * @example A pattern, and a topic of it
 * ```ts
 * import { defineTopic } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 *
 * const orders = defineTopic("order.*", z.object({ item: z.string() }));
 * assert.equal(orders.at("7").name, "order.7");
 * ```
 * @throws {CaryatidError} `INVALID_TOPIC` if `name` is over 255 UTF-8 bytes or
 * has a lone surrogate, `INVALID_OPTION` if `errors` has a code that is not
 * upper case words joined by `_`, a code of the framework, or a status outside
 * 400–599
 */
export function defineTopic<
  const Name extends string,
  S extends StandardSchema,
  A extends StandardSchema = StandardSchema,
  const Codes extends string = never,
>(
  name: Name,
  schema: S,
  options: TopicOptions<A, Codes> = {},
): TopicOf<
  Name,
  SchemaInput<S>,
  SchemaOutput<S>,
  SchemaInput<A>,
  SchemaOutput<A>,
  Codes
> {
  const words = topicWords(validatePattern(name));
  const schemas: Schemas = {
    schema,
    answer: options.answer,
    errors: checkErrors(name, options.errors),
  };
  const made = words.some(isWildcard)
    ? new DefinedPattern(name, schemas, words)
    : new DefinedTopic(name, schemas);
  return made as never;
}

const CODE = /^[A-Z][A-Z0-9_]*$/;

function checkErrors(
  name: string,
  errors: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  for (const [code, status] of Object.entries(errors)) {
    const fault = !CODE.test(code)
      ? 'expected upper-case words joined by "_"'
      : isFrameworkCode(code)
      ? "expected a code that is not one of the framework"
      : !Number.isInteger(status) || status < 400 || status > 599
      ? `found the status ${status}; expected 400 to 599`
      : undefined;
    if (fault === undefined) continue;
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot define the topic "${name}" with the error ` +
        `${JSON.stringify(code)}: ${fault}`,
      { hint: "Write for example errors: { OUT_OF_STOCK: 409 }." },
    );
  }
  return { ...errors };
}

/** Schemas and error codes that a pattern and its topics share. */
type Schemas = Pick<TopicSchemas, "schema" | "answer" | "errors">;

/**
 * Topics that a pattern keeps for `at`. A message topic is often used again at
 * once.
 */
const KEPT_TOPICS = 1_024;

class Defined implements TopicSchemas {
  readonly name: string;
  readonly schema: StandardSchema;
  readonly answer: StandardSchema | undefined;
  readonly errors: Readonly<Record<string, number>>;

  constructor(name: string, { schema, answer, errors }: Schemas) {
    this.name = name;
    this.schema = schema;
    this.answer = answer;
    this.errors = errors;
  }

  error(
    code: string,
    message: string,
    options?: CaryatidErrorOptions,
  ): CaryatidError {
    if (Object.hasOwn(this.errors, code)) {
      return new CaryatidError(code, message, options);
    }
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot create an error of "${this.name}": found the code ` +
        `${JSON.stringify(code)}; expected ${listOf(this.errors)}`,
      { hint: "Add the code to `errors` of defineTopic." },
    );
  }

  isError(error: unknown): error is CaryatidError {
    return error instanceof CaryatidError &&
      Object.hasOwn(this.errors, error.code);
  }
}

/** Implementation of {@linkcode TypedTopic}. */
class DefinedTopic extends Defined implements TypedTopic {
  readonly kind = "topic";
}

/** Implementation of {@linkcode TypedPattern}. */
class DefinedPattern extends Defined implements TypedPattern {
  readonly kind = "pattern";
  readonly #words: readonly string[];
  readonly #before: string;
  readonly #after: string;
  readonly #isSingle: boolean;
  readonly #topics = new Map<string, DefinedTopic>();
  #lastWord: PatternWord | undefined;
  #lastTopic: DefinedTopic | undefined;

  /** `words` are those of `name`, at least one of them a wildcard. */
  constructor(name: string, schemas: Schemas, words: readonly string[]) {
    super(name, schemas);
    this.#words = words;
    const first = words.findIndex(isWildcard);
    this.#isSingle = words[first] === "*" &&
      words.findLastIndex(isWildcard) === first;
    this.#before = words.slice(0, first).map((word) => `${word}.`).join("");
    this.#after = words.slice(first + 1).map((word) => `.${word}`).join("");
  }

  at(...words: readonly PatternWord[]): TypedTopic {
    const [word] = words;
    if (words.length === 1 && word === this.#lastWord) return this.#lastTopic!;
    const topic = this.#isSingle && words.length === 1 &&
        typeof word === "string"
      ? this.#topic(this.#before + checkWord(this, word) + this.#after)
      : this.#topic(this.#fill(words));
    if (words.length === 1 && typeof word === "string") {
      this.#lastWord = word;
      this.#lastTopic = topic;
    }
    return topic;
  }

  #topic(name: string): DefinedTopic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = new DefinedTopic(validateTopic(name), this);
      if (this.#topics.size >= KEPT_TOPICS) this.#topics.clear();
      this.#topics.set(name, topic);
    }
    return topic;
  }

  #fill(replacements: readonly PatternWord[]): string {
    let used = 0;
    const filled = this.#words.flatMap((word) => {
      if (!isWildcard(word)) return word;
      const replacement = replacements[used++];
      if (typeof replacement === "string") return checkWord(this, replacement);
      return word === "#" && Array.isArray(replacement)
        ? replacement.map((word) => checkWord(this, word))
        : checkWord(this, replacement);
    });
    if (used === replacements.length) return filled.join(".");
    throw topicError(
      this,
      `found ${replacements.length} words; expected ${used}, one for each wildcard`,
    );
  }
}

/** Returns true if `word` is `*` or `#`. */
function isWildcard(word: string): boolean {
  return word === "*" || word === "#";
}

function checkWord(pattern: TypedPattern, word: unknown): string {
  if (typeof word !== "string") {
    const found = word === undefined
      ? "no word"
      : `a value of type ${typeof word}`;
    throw topicError(pattern, `found ${found}; expected a word`);
  }
  if (!word.includes(".") && !isWildcard(word)) return word;
  throw topicError(
    pattern,
    `found ${JSON.stringify(word)}; expected a word without dot or wildcard`,
  );
}

function topicError({ name }: TypedPattern, why: string): CaryatidError {
  return new CaryatidError(
    "INVALID_TOPIC",
    `Cannot make a topic of "${name}": ${why}`,
    {
      hint:
        'Write for example at("7"): one word for each wildcard, without dots.',
    },
  );
}

function listOf(errors: Readonly<Record<string, number>>): string {
  return Object.keys(errors).join(", ") || "no code, since none is declared";
}
