import { parse } from "smol-toml";
import type { Piece } from "./pieces.ts";

/** One place in a text that a rule objects to. */
export interface Hit {
  readonly rule: string;
  /** Line in the file, from 1. */
  readonly line: number;
  /** The words that the rule found. */
  readonly found: string;
  /** The better wording. */
  readonly say: string;
}

/** The rules of `rules.toml`, compiled. */
export interface Rules {
  /** Paths that are not read. */
  readonly ignore: readonly string[];
  /** The longest line with a comment. */
  readonly columns: number;
  readonly opening: Rule;
  readonly words: readonly Rule[];
}

interface Rule {
  readonly rule: string;
  readonly find: RegExp;
  readonly say: string;
}

interface RulesFile {
  readonly ignore: readonly string[];
  readonly columns: number;
  readonly opening: { readonly find: string; readonly say: string };
  readonly word: readonly {
    readonly rule: string;
    readonly find: string;
    readonly say: string;
  }[];
}

/** Parses the text of `rules.toml`. */
export function parseRules(toml: string): Rules {
  const { ignore, columns, opening, word } = parse(
    toml,
  ) as unknown as RulesFile;
  return {
    ignore,
    columns,
    opening: {
      rule: "opening",
      find: compile(`^\\s*([A-G]\\d+ )?(${opening.find})`, "di"),
      say: opening.say,
    },
    words: word.map(({ rule, find, say }) => ({
      rule,
      find: compile(`(${find})`, "gi"),
      say,
    })),
  };
}

/** Applies the rules to the pieces of one file, in the order of its lines. */
export function findHits(
  text: string,
  pieces: readonly Piece[],
  rules: Rules,
): Hit[] {
  const lineAt = lineCounter(text);
  const hits: Hit[] = [];
  for (const piece of pieces) {
    if (piece.opens) {
      const match = rules.opening.find.exec(piece.text);
      if (match !== null) {
        const start = piece.start + match.indices![2]![0];
        hits.push(hit(rules.opening, match[2]!, lineAt(start)));
      }
    }
    // The words of a heading are part of its page already.
    if (piece.kind === "heading") continue;
    for (const rule of rules.words) {
      for (const match of piece.text.matchAll(rule.find)) {
        hits.push(hit(rule, match[0], lineAt(piece.start + match.index)));
      }
    }
    if (piece.kind === "comment") {
      hits.push(...wideLines(text, piece, rules.columns, lineAt));
    }
  }
  return hits.toSorted((a, b) => a.line - b.line);
}

function* wideLines(
  text: string,
  { start, text: comment }: Piece,
  columns: number,
  lineAt: (offset: number) => number,
): Generator<Hit> {
  const from = text.lastIndexOf("\n", start) + 1;
  const lines = text.slice(from, start + comment.length).split("\n");
  for (const [index, line] of lines.entries()) {
    // An address and a directive have no place to break.
    if (line.length <= columns || UNBREAKABLE.test(line)) continue;
    yield {
      rule: "columns",
      line: lineAt(start) + index,
      found: `${line.length} columns`,
      say: `at most ${columns} columns`,
    };
  }
}

const UNBREAKABLE = /https?:\/\/|deno-(lint|fmt|coverage)-ignore|@ts-|\/\/\/ </;

function hit({ rule, say }: Rule, found: string, line: number): Hit {
  return { rule, line, found: found.replace(/\s+/g, " "), say };
}

/** Compiles an expression for whole words; a space stands for white space. */
function compile(source: string, flags: string): RegExp {
  return new RegExp(
    `(?<![\\w-])${source.replaceAll(" ", "\\s+")}(?![\\w-])`,
    flags,
  );
}

/** Returns a function that gives the line of an offset, from 1. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
