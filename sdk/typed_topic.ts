import type { CaryatidError, CaryatidErrorOptions } from "./errors.ts";
import type { StandardSchema } from "./standard_schema.ts";

/** A `CaryatidError` whose code is one of `Codes`. */
export type CodedError<Codes extends string> = CaryatidError & {
  readonly code: Codes;
};

/**
 * Parts that a {@linkcode TypedTopic} and a {@linkcode TypedPattern} have in
 * common.
 */
export interface TopicSchemas<
  Input = unknown,
  Output = Input,
  AnswerInput = unknown,
  AnswerOutput = AnswerInput,
  Codes extends string = string,
> {
  /** The topic or pattern as text. */
  readonly name: string;
  /** Schema of the messages. Both ends validate with it. */
  readonly schema: StandardSchema<Input, Output>;
  /** Schema of the answers to requests. Both ends validate with it. */
  readonly answer: StandardSchema<AnswerInput, AnswerOutput> | undefined;
  /**
   * Codes of the errors that handlers of this topic throw, each with its HTTP
   * status.
   */
  readonly errors: Readonly<Record<Codes, number>>;

  /**
   * Creates an error with one of the declared codes, for a handler to throw.
   *
   * @throws {CaryatidError} `INVALID_OPTION` if the topic does not declare
   * `code`
   */
  error(
    code: Codes,
    message: string,
    options?: CaryatidErrorOptions,
  ): CodedError<Codes>;

  /**
   * Returns true if `error` is a `CaryatidError` with one of the declared
   * codes.
   */
  isError(error: unknown): error is CodedError<Codes>;
}

/**
 * Topic whose messages have a schema. Made by {@linkcode defineTopic}.
 *
 * `Input` is the type that is published, `Output` the type that a subscriber
 * receives. They differ only if the schema transforms.
 */
export interface TypedTopic<
  Input = unknown,
  Output = Input,
  AnswerInput = unknown,
  AnswerOutput = AnswerInput,
  Codes extends string = string,
> extends TopicSchemas<Input, Output, AnswerInput, AnswerOutput, Codes> {
  /** Distinguishes a topic from a pattern. */
  readonly kind: "topic";
}

/**
 * Pattern of topics whose messages have a schema. Made by
 * {@linkcode defineTopic}.
 *
 * `subscribe`, `handle` and `consume` take a pattern. `publish` and `request`
 * need one topic of it: see `at`.
 */
export interface TypedPattern<
  Words extends readonly PatternWord[] = readonly PatternWord[],
  Input = unknown,
  Output = Input,
  AnswerInput = unknown,
  AnswerOutput = AnswerInput,
  Codes extends string = string,
> extends TopicSchemas<Input, Output, AnswerInput, AnswerOutput, Codes> {
  /** Distinguishes a pattern from a topic. */
  readonly kind: "pattern";

  /**
   * Returns the topic in which each wildcard is replaced by a word:
   * `orders.at("7")` of `order.*` is the topic `order.7`. A `#` takes one word
   * or a list of words.
   *
   * @throws {CaryatidError} `INVALID_TOPIC` if a word has a dot or is a
   * wildcard, their number differs from that of the wildcards, or the topic is
   * longer than 255 UTF-8 bytes
   */
  at(
    ...words: Words
  ): TypedTopic<Input, Output, AnswerInput, AnswerOutput, Codes>;
}

/**
 * Replacement of a wildcard: a word for `*`; a word or a list of words for `#`.
 */
export type PatternWord = string | readonly string[];

/** One entry for each wildcard of `Pattern`, in order. */
export type WordsOf<Pattern extends string> = Pattern extends
  `${infer First}.${infer Rest}` ? [...WordsOf<First>, ...WordsOf<Rest>]
  : Pattern extends "*" ? [string]
  : Pattern extends "#" ? [PatternWord]
  : [];

/**
 * The topic or pattern that {@linkcode defineTopic} makes of a name, decided by
 * its wildcards.
 */
export type TopicOf<
  Name extends string,
  Input,
  Output,
  AnswerInput,
  AnswerOutput,
  Codes extends string,
> = WordsOf<Name> extends []
  ? TypedTopic<Input, Output, AnswerInput, AnswerOutput, Codes>
  : TypedPattern<
    WordsOf<Name>,
    Input,
    Output,
    AnswerInput,
    AnswerOutput,
    Codes
  >;

/** A topic that `publish` and `request` take: text or typed. */
export type Topic = string | TypedTopic;

/**
 * A topic or pattern that `subscribe`, `handle` and `consume` take: text or
 * typed.
 */
// deno-lint-ignore no-explicit-any -- the words of `at` are its parameters, and no type accepts all of them
export type TopicOrPattern = string | TypedTopic | TypedPattern<any>;

/** Type of the messages that are published on `T`. */
export type MessageInput<T> = T extends
  { readonly schema: StandardSchema<infer Input, unknown> } ? Input : unknown;

/** Type of the messages that are received on `T`. */
export type MessageOutput<T> = T extends
  { readonly schema: StandardSchema<unknown, infer Output> } ? Output : unknown;

/** Type of the answers that a handler of `T` returns. */
export type AnswerInput<T> = T extends TopicSchemas<
  unknown,
  unknown,
  infer Input,
  unknown
> ? Input
  : unknown;

/** Type of the answers that a requester on `T` receives. */
export type AnswerOutput<T> = T extends TopicSchemas<
  unknown,
  unknown,
  unknown,
  infer Output
> ? Output
  : unknown;
