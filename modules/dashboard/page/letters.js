import { post } from "./connection.js";
import { html } from "./dom.js";
import { clock, plural, pretty } from "./format.js";
import { useEffect, useState } from "preact/hooks";

/** Dead letters, grouped by failure. */
export function Letters({ allow, id }) {
  const [state, setState] = useState({});
  const load = async () => {
    setState((before) => ({ ...before, isLoading: true }));
    const response = await fetch("/api/dead-letters").catch(() => undefined);
    const answer = await response?.json().catch(() => undefined);
    setState(
      response?.ok
        ? answer
        : { error: answer?.message ?? "The process does not answer" },
    );
  };
  useEffect(() => void load(), []);
  const act = async (action, filters) => {
    try {
      let total = 0;
      for (const filter of filters) {
        total += (await post(`/api/dead-letters/${action}`, filter)).count;
      }
      const done = action === "replay" ? "published again" : "dropped";
      await load();
      setState((before) => ({
        ...before,
        note: `${plural(total, "letter")} ${done}.`,
      }));
    } catch (error) {
      setState((before) => ({ ...before, note: error.message }));
    }
  };
  const { groups, isFull, error, note, isLoading } = state;
  return html`
    <section class="letters">
      <div class="bar-line">
        <p>${groups
          ? countText(groups, isFull)
          : isLoading
          ? "Loading …"
          : ""}</p>
        <p role="status" class="muted">${note}</p>
        <button onClick=${load} disabled=${isLoading}>Load again</button>
      </div>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      ${groups?.length === 0 && html`
        <p class="muted">No message has failed for good.</p>
      `}
      ${groups?.map((group) =>
        html`
          <${Group} key=${group.code + group.cause +
            group.pattern} group=${group}
            allow=${allow} onAct=${act} />
        `
      )}
      ${groups?.length > 0 && !allow.includes("replay") && html`
        <p class="muted">To publish letters again or drop them from here, add
          <code>"replay"</code> and <code>"drop"</code> to <code>allow</code> of
          <code>[module.${id}]</code>.</p>
      `}
    </section>
  `;
}

function countText(groups, isFull) {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  return `${isFull ? "The oldest " : ""}${plural(total, "dead letter")} in ${
    plural(groups.length, "group")
  }`;
}

function Group({ group, allow, onAct }) {
  const [isSure, setSure] = useState(false);
  const { code, cause, pattern, count, first, last, letters } = group;
  const isShown = letters.length === count;
  const each = (action) =>
    onAct(action, isShown ? letters.map(({ id }) => ({ id })) : [{ code }]);
  const scope = isShown ? "" : ` all with ${code}`;
  return html`
    <article class="letter-group">
      <header>
        <h2>${plural(count, "letter")}</h2>
        <b class="mono">${code}</b>
        <span class="muted">${pattern} · ${clock(first)}${last > first
          ? ` to ${clock(last)}`
          : ""}</span>
      </header>
      <p class="error">${cause}</p>
      ${letters.map((letter) =>
        html`
          <details key=${letter.id}>
            <summary><code>${letter.topic}</code>
              <code class="muted">${letter.text.slice(0, 200)}</code></summary>
            <pre>${pretty(letter.text)}</pre>
          </details>
        `
      )}
      ${count > letters.length && html`
        <p class="muted">and ${count - letters.length} more</p>
      `}
      <footer>
        <button disabled=${!allow.includes("replay")}
          onClick=${() => each("replay")}>Publish again${scope}</button>
        ${isSure
          ? html`<button class="danger" onClick=${() => each("drop")}>
            Drop for good${scope}</button>`
          : html`
            <button disabled=${!allow.includes("drop")}
              onClick=${() => setSure(true)}>Drop …</button>
          `}
      </footer>
    </article>
  `;
}
