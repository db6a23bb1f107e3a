import { html } from "./dom.js";
import { clock, count, pretty } from "./format.js";
import { useEffect, useRef, useState } from "preact/hooks";

/** The tail of a pattern. */
export function Messages({ tail, onChange, onTrace }) {
  const { pattern, filter, isPaused, rows, left, filtered, error } = tail;
  const [draft, setDraft] = useState({ pattern, filter });
  const field = useRef();
  useEffect(() => setDraft({ pattern, filter }), [pattern, filter]);
  const submit = (event) => {
    event.preventDefault();
    onChange({ ...draft, isPaused: false });
  };
  return html`
    <section class="messages">
      <form class="bar" onSubmit=${submit}>
        <label>Topic<input class="mono" name="pattern" spellcheck="false"
          autocomplete="off" value=${draft.pattern} ref=${field}
          onInput=${({ target }) =>
            setDraft({ ...draft, pattern: target.value })} /></label>
        <label>Contains<input name="filter" type="search" autocomplete="off"
          value=${draft.filter} placeholder="any text"
          onInput=${({ target }) =>
            setDraft({ ...draft, filter: target.value })} /></label>
        <button class="primary">Watch</button>
        <button type="button" aria-pressed=${isPaused}
          onClick=${() => onChange({ isPaused: !isPaused })}>${isPaused
            ? "Resume"
            : "Pause"}</button>
        <button type="button" onClick=${() =>
          onChange({ rows: [] })}>Clear</button>
        <output class="muted tail-counts">
          ${count(rows.length)} shown
          ${left > 0 && html`, <b>${count(left)} left out</b>`}
          ${filtered > 0 && html`, ${count(filtered)} filtered`}
        </output>
      </form>
      ${error && html`<p class="error">${error}</p>`}
      ${error && rows.length === 0
        ? null
        : rows.length === 0
        ? html`<p class="empty-list muted">${
          isPaused
            ? "Paused."
            : `Waiting for messages on ${pattern}. * is one word, # any number of words.`
        }</p>`
        : html`<ol class="rows">${
          rows.map((row) =>
            html`
              <${Row} key=${row.n} row=${row} onTrace=${onTrace} />
            `
          )
        }</ol>`}
    </section>
  `;
}

function Row({ row, onTrace }) {
  const [isOpen, setOpen] = useState(false);
  const [, topic, kind] = /^(.*?)(?:\._(request|response)\.[^.]*)?$/s.exec(
    row.topic,
  );
  return html`
    <li class=${isOpen ? "is-open" : ""}>
      <button class="line" aria-expanded=${isOpen}
        onClick=${() => setOpen(!isOpen)}>
        <time>${clock(row.time)}</time>
        <code class="topic-name">${kind && html`<i>${kind}</i>`}${topic}</code>
        <code class="payload">${row.text.slice(0, 300)}</code>
      </button>
      ${isOpen && html`
        <div class="detail">
          <pre>${pretty(row.text)}</pre>
          <p class="muted">id ${row.id}
            <button onClick=${() => onTrace(row.trace ?? row.id)}>
              Show the trace</button></p>
        </div>
      `}
    </li>
  `;
}
