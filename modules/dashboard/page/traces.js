import { html } from "./dom.js";
import { clock, duration, plural } from "./format.js";
import { useEffect, useState } from "preact/hooks";

const LISTS = { recent: "Recent", slowest: "Slowest", failed: "Failed" };
/** Maximum number of spans of a waterfall. */
const MOST = 300;

/** Lists of traces, and the waterfall of one. */
export function Traces({ summary, selected, onSelect }) {
  const [list, setList] = useState("recent");
  const lists = useFetched("/api/traces", Math.floor(summary.spans / 20));
  const trace = useFetched(
    selected ? `/api/traces/${encodeURIComponent(selected)}` : undefined,
    selected,
  );
  if (summary.traces === 0) {
    return html`
      <section class="empty">
        <p>No spans have arrived. A process publishes spans
        if its configuration has <code>[tracing]</code> with
        <code>sample</code> above 0 and
        <code>topic = "caryatid.tracing.spans"</code>.</p>
      </section>
    `;
  }
  return html`
    <section class="traces ${selected ? "has-trace" : ""}">
      <div class="list">
        <nav class="segments">${Object.entries(LISTS).map(([id, title]) =>
          html`
            <button key=${id} aria-pressed=${list === id}
              onClick=${() => setList(id)}>${title}</button>
          `
        )}</nav>
        <ol>${(lists?.[list] ?? []).map((line) =>
          html`
            <li key=${line.id}>
              <button class=${line.id === selected ? "is-selected" : ""}
                onClick=${() => onSelect(line.id)}>
                <b class="mono">${line.name}</b>
                <span class="when muted">${clock(line.start)} · ${plural(
                  line.spans,
                  "span",
                )} · ${plural(line.modules, "module")}</span>
                <span class="took">${duration(line.duration)}</span>
                ${line.error && html`<span class="error">${line.error}</span>`}
              </button>
            </li>
          `
        )}
          ${lists && lists[list].length === 0 && html`
            <li class="muted none">None in the last 5 minutes.</li>
          `}
        </ol>
        ${summary.skipped > 0 && html`
          <p class="muted">${plural(
            summary.skipped,
            "trace",
          )} not begun: more than traces-per-second</p>
        `}
        ${summary.dropped > 0 && html`
          <p class="muted">${plural(
            summary.dropped,
            "span",
          )} lost by processes</p>
        `}
      </div>
      <div class="waterfall">
        ${selected && html`
          <button class="back" onClick=${() =>
            onSelect(undefined)}>Back</button>
        `}
        ${selected ? html`<${Waterfall} trace=${trace} />` : html`
          <p class="muted pick">Choose a trace.</p>
        `}
      </div>
    </section>
  `;
}

function Waterfall({ trace }) {
  if (trace === undefined) return html`<p class="muted">Loading …</p>`;
  if (trace.spans.length === 0) {
    return html`<p class="muted pick">This message has no trace here: it was not
      sampled, or its spans are older than 5 minutes.</p>`;
  }
  const rows = treeOf(trace.spans).slice(0, MOST);
  const start = Math.min(...rows.map(({ span }) => span.start));
  const end = Math.max(...rows.map(({ span }) => span.start + span.duration));
  const total = Math.max(end - start, 0.001);
  return html`
    <h2 class="mono">${rows[0].span.kind === "http"
      ? rows[0].span.topic
      : rows[0].span.name}</h2>
    <p class="muted">${clock(start)} · ${duration(total)} · trace ${trace
      .id}</p>
    <div class="scale" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((
      part,
    ) =>
      html`<span style=${{ left: `${part * 100}%` }}>${
        duration(total * part)
      }</span>`
    )}</div>
    <ol class="spans">${rows.map(({ span, depth }) =>
      html`
        <li key=${span.spanId} class=${span.error ? "is-failed" : ""}>
          <div class="span-name" style=${{
            paddingLeft: `${Math.min(depth, 12) * 14}px`,
          }}>
            <i class="kind is-${span.kind}">${span.kind}</i>
            <span class="mono">${span.topic || span.name}</span>
            <small class="muted">${span.module}</small>
          </div>
          <div class="track">
            <div class="span-bar is-${span.kind}" style=${{
              left: `${(span.start - start) / total * 100}%`,
              width: `max(2px, ${span.duration / total * 100}%)`,
            }}></div>
            <small style=${labelPlace(
              (span.start - start) / total,
              span.duration / total,
            )}>${duration(span.duration)}</small>
          </div>
          ${span.error &&
            html`<p class="error">${span.error.code}: ${span.error.message}</p>`}
        </li>
      `
    )}</ol>
    ${trace.left > 0 && html`
      <p class="muted">${plural(trace.left, "further span")} left out</p>
    `}
  `;
}

/** Beside the bar, on the side that has room. */
function labelPlace(start, length) {
  return start + length < 0.82
    ? { left: `calc(${(start + length) * 100}% + 6px)` }
    : { right: `calc(${(1 - start) * 100}% + 6px)` };
}

/** Spans in the order of their tree, with their depth. */
function treeOf(spans) {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(
    spans,
    ({ parentId, spanId }) =>
      known.has(parentId) && parentId !== spanId ? parentId : "",
  );
  const rows = [];
  const seen = new Set();
  const walk = (parent, depth) => {
    for (const span of children.get(parent) ?? []) {
      if (seen.has(span.spanId)) continue;
      seen.add(span.spanId);
      rows.push({ span, depth });
      walk(span.spanId, depth + 1);
    }
  };
  walk("", 0);
  for (const span of spans) {
    if (!seen.has(span.spanId)) rows.push({ span, depth: 0 });
  }
  return rows;
}

/** Fetches JSON, again when `version` changes. */
function useFetched(path, version) {
  const [value, setValue] = useState();
  useEffect(() => {
    if (path === undefined) return setValue(undefined);
    const controller = new AbortController();
    fetch(path, { signal: controller.signal })
      .then((response) => response.json())
      .then(setValue, () => {});
    return () => controller.abort();
  }, [path, version]);
  return value;
}
