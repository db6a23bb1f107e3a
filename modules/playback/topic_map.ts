import { CaryatidError, validateTopic } from "@caryatid/sdk";

/** Stands for the remaining words of a topic. */
const REST = "#";
const CACHED = 1_000;

interface Rule {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/**
 * Renames topics by rules: `"a.b" = "c"` renames one topic, `"a.#" = "c.#"` all
 * that begin with the word `a`, `"#" = "c.#"` all.
 *
 * A rule for the whole topic wins, then the rule with the most words. A topic
 * without a rule stays unchanged.
 */
export class TopicMap {
  readonly #exact = new Map<string, string>();
  readonly #prefixes: Rule[] = [];
  /** Results of earlier calls: a recording has few topics. */
  readonly #known = new Map<string, string>();

  /**
   * Parses the table of a configuration.
   *
   * @throws {CaryatidError} `INVALID_OPTION` for an invalid rule
   */
  constructor(table: Readonly<Record<string, string>>) {
    for (const [from, to] of Object.entries(table)) this.#add(from, to);
    this.#prefixes.sort((a, b) => b.from.length - a.from.length);
  }

  /**
   * Returns the new name of `topic`.
   *
   * @throws {CaryatidError} `INVALID_TOPIC` if the new name is too long
   */
  map(topic: string): string {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const mapped = validateTopic(this.#find(topic));
    if (this.#known.size >= CACHED) this.#known.clear();
    this.#known.set(topic, mapped);
    return mapped;
  }

  #find(topic: string): string {
    const exact = this.#exact.get(topic);
    if (exact !== undefined) return exact;
    const words = topic.split(".");
    const rule = this.#prefixes.find(({ from }) =>
      from.every((word, index) => words[index] === word)
    );
    if (rule === undefined) return topic;
    return [...rule.to, ...words.slice(rule.from.length)].join(".");
  }

  #add(from: string, to: string): void {
    const [leading, rest] = split(from);
    const [target, targetRest] = split(to);
    if (rest !== targetRest) throw ruleError(from, to);
    if (!rest) {
      this.#exact.set(validateTopic(from), validateTopic(to));
      return;
    }
    for (const words of [leading, target]) validateTopic(words.join("."));
    this.#prefixes.push({ from: leading, to: target });
  }
}

/** Splits a rule into its leading words and true if `#` follows them. */
function split(text: string): [string[], boolean] {
  const words = text.split(".");
  const rest = words.at(-1) === REST;
  return [rest ? words.slice(0, -1) : words, rest];
}

function ruleError(from: string, to: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot map ${JSON.stringify(from)} to ${JSON.stringify(to)}: ` +
      'expected "#" at the end of both or of neither',
  );
}
