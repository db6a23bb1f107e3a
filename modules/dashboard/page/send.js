import { post } from "./connection.js";
import { html } from "./dom.js";
import { duration, pretty } from "./format.js";
import { fieldOf, initialOf } from "./schema_fields.js";
import { ObjectFields, SchemaField } from "./schema_form.js";
import { typedTopicOf } from "./topic_match.js";
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";

const KINDS = { publish: "Publish", request: "Request" };
const EMPTY = { topic: "", value: undefined, text: "{}", isRaw: false };

/** Forms to publish a message and to send a request. */
export function Send({ allow, id, processes, topics }) {
  const kinds = Object.keys(KINDS).filter((kind) => allow.includes(kind));
  const [kind, setKind] = useState(kinds[0]);
  if (kinds.length === 0) {
    const section = `[module.${id}]\nallow = ["publish", "request"]`;
    return html`
      <section class="empty">
        <p>This dashboard sends no messages. To send messages from
        here, allow it in the configuration:</p>
        <pre>${section}</pre>
      </section>
    `;
  }
  return html`
    <section class="send">
      <nav class="segments">${Object.entries(KINDS).map(([id, title]) =>
        html`
          <button key=${id} aria-pressed=${kind === id} disabled=${!kinds
            .includes(id)}
            onClick=${() => setKind(id)}>${title}</button>
        `
      )}</nav>
      <${Form} key=${kind} kind=${kind} processes=${processes}
        topics=${topics} />
    </section>
  `;
}

function Form({ kind, processes, topics }) {
  const typed = useTypedTopics(processes)
    .filter(({ isRequest }) => isRequest === (kind === "request"));
  const [draft, setDraft] = useState(EMPTY);
  const [result, setResult] = useState();
  const found = typedTopicOf(typed, draft.topic);
  const schema = JSON.stringify(found?.schema ?? null);
  const field = useMemo(() => found && fieldOf(found.schema), [schema]);
  const isForm = field !== undefined && !draft.isRaw;
  // Another topic with another schema: its form begins again, before a user can
  // type into it.
  useLayoutEffect(() => {
    if (field) setDraft((draft) => ({ ...draft, value: initialOf(field) }));
  }, [schema]);
  const set = (change) => setDraft((draft) => ({ ...draft, ...change }));
  const update = (change) =>
    setDraft((draft) => ({ ...draft, value: change(draft.value) }));
  const submit = async (event) => {
    event.preventDefault();
    setResult({ isPending: true });
    try {
      const message = isForm ? draft.value ?? null : JSON.parse(draft.text);
      const answer = await post(`/api/${kind}`, {
        topic: draft.topic,
        message,
      });
      setResult(answer ?? { text: "Published." });
    } catch (error) {
      setResult({ error: error.message });
    }
  };
  return html`
    <form onSubmit=${submit}>
      <label>Topic<input class="mono" required list="topics" spellcheck="false"
        autocomplete="off" name="topic" value=${draft.topic}
        onInput=${({ target }) => set({ topic: target.value })} /></label>
      <datalist id="topics">${[
        ...new Set([...typed.map(({ pattern }) => pattern), ...topics]),
      ].map((topic) => html`<option key=${topic} value=${topic} />`)}</datalist>
      ${found && html`
        <${Origin} found=${found} isRaw=${draft.isRaw}
          onChange=${() => setDraft(otherForm)} />
      `}
      ${isForm
        ? html`
          <div class="fields" key=${schema}>
            <${Fields} field=${field}
              value=${draft.value} update=${update} />
          </div>
        `
        : html`
          <label>Message as JSON<textarea class="mono" name="message" rows="10"
            spellcheck="false" value=${draft.text}
            onInput=${({ target }) => set({ text: target.value })} /></label>
        `}
      <button class="primary" disabled=${result
        ?.isPending}>${KINDS[kind]}</button>
    </form>
    ${result && html`<${Result} result=${result} />`}
  `;
}

/** Names the module whose schema the form has. */
function Origin({ found, isRaw, onChange }) {
  return html`
    <p
      class="origin muted"><span>Fields that <b>${found
        .module}</b> of ${`${found.process} `}expects on ${" "}<code>${found
        .pattern}</code></span>
      <button type="button" onClick=${onChange}>${isRaw
        ? "Use the form"
        : "Write JSON"}</button></p>
  `;
}

function Fields({ field, value, update }) {
  return field.kind === "object"
    ? html`<${ObjectFields} field=${field} value=${value} update=${update} />`
    : html`
      <${SchemaField} field=${field} name="Message" isRequired
        value=${value} update=${update} />
    `;
}

/** Switches between form and JSON, and takes the message along. */
function otherForm({ topic, value, text, isRaw }) {
  if (!isRaw) {
    const text = JSON.stringify(value ?? null, null, 2);
    return { topic, value, text, isRaw: true };
  }
  try {
    return { topic, value: JSON.parse(text), text, isRaw: false };
  } catch {
    return { topic, value, text, isRaw: false }; // the form has the last value
  }
}

/** Typed topics of all processes, asked again when a process is new. */
function useTypedTopics(processes) {
  const [topics, setTopics] = useState([]);
  const ids = processes.map(({ id }) => id).sort().join();
  useEffect(() => {
    const controller = new AbortController();
    fetch("/api/topics", { signal: controller.signal })
      .then((response) => response.json())
      .then(({ topics = [] }) => setTopics(topics), () => {});
    return () => controller.abort();
  }, [ids]);
  return topics;
}

function Result({ result }) {
  const { isPending, error, text, answer } = result;
  if (isPending) return html`<p class="muted">Waiting …</p>`;
  if (error) return html`<p class="error" role="alert">${error}</p>`;
  if (text) return html`<p role="status">${text}</p>`;
  return html`
    <h3>Answer after ${duration(result.duration)}</h3>
    <pre role="status">${pretty(answer)}</pre>
  `;
}
