/** Text that is HTML already. */
export class Html {
  /** As it stands in a page. */
  readonly text: string;

  /** Takes it as it is. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What stands between the parts of a template: text, which is escaped, or HTML. */
export type HtmlPart = string | Html | readonly Html[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** HTML with all text in it escaped, for elements and for attributes in quotes. */
export function html(
  texts: TemplateStringsArray,
  ...parts: readonly HtmlPart[]
): Html {
  let text = texts[0]!;
  parts.forEach((part, i) => text += partText(part) + texts[i + 1]!);
  return new Html(text);
}

function partText(part: HtmlPart): string {
  if (typeof part === "string") {
    return part.toWellFormed().replace(/[&<>"']/g, (each) => ESCAPES[each]!);
  }
  return part instanceof Html
    ? part.text
    : part.map(({ text }) => text).join("");
}
