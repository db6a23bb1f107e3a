import { html } from "./dom.js";
import { initialOf } from "./schema_fields.js";
import { useState } from "preact/hooks";

const INPUTS = { email: "email", uri: "url", date: "date" };

/**
 * Controls for one field of a schema. `value` is JSON, and undefined if the
 * field is left out. `update` takes a function of the value before: several
 * fields may change before the next rendering.
 */
export function SchemaField({ field, name, isRequired, value, update }) {
  const { kind, hint } = field;
  const isGroup = kind === "object" || kind === "list";
  const onChange = (next) => update(() => next);
  const label = html`
    <span class="label">${name}${isRequired
      ? ""
      : html`<small class="muted">optional</small>`}</span>
    ${hint && html`<small class="hint muted">${hint}</small>`}
  `;
  if (!isGroup) {
    return html`
      <label class="field is-${kind}">${label}
        <${Control} field=${field} isRequired=${isRequired} value=${value}
          onChange=${onChange} /></label>
    `;
  }
  const add = () => onChange(initialOf({ ...field, initial: undefined }));
  return html`
    <fieldset class="field is-${kind}">
      <legend>${label}</legend>
      ${value === undefined
        ? html`
          <button type="button" aria-label=${`Add ${name}`} onClick=${add}>
            Add</button>
        `
        : html`
          <${kind === "object" ? ObjectFields : ListFields} field=${field}
            name=${name} value=${value} update=${update} />
          ${!isRequired && html`
            <button type="button" onClick=${() => onChange(undefined)}>
              Leave out</button>
          `}
        `}
    </fieldset>
  `;
}

/** Controls of all fields of an object. Unknown keys of `value` are kept. */
export function ObjectFields({ field, value, update }) {
  const valueOf = (table, name) =>
    isTable(table) && Object.hasOwn(table, name) ? table[name] : undefined;
  const updateKey = (name, change) =>
    update((table) => {
      const { [name]: _, ...others } = isTable(table) ? table : {};
      const next = change(valueOf(table, name));
      return next === undefined ? others : { ...others, [name]: next };
    });
  return field.fields.map(({ name, isRequired, field }) =>
    html`
      <${SchemaField} key=${name} name=${name} isRequired=${isRequired}
        field=${field} value=${valueOf(value, name)}
        update=${(change) => updateKey(name, change)} />
    `
  );
}

function ListFields({ field: { item }, name, value, update }) {
  const items = Array.isArray(value) ? value : [];
  const updateList = (change) =>
    update((list) => change(Array.isArray(list) ? list : []));
  const updateItem = (at, change) =>
    updateList((list) => list.with(at, change(list[at]) ?? null));
  const rows = items.map((each, at) =>
    html`
      <li key=${at}>
        <${SchemaField} field=${item} name=${`${at + 1}`} isRequired
          value=${each} update=${(change) => updateItem(at, change)} />
        <button type="button" aria-label=${`Remove ${name} ${at + 1}`}
          onClick=${() => updateList((list) => list.toSpliced(at, 1))}>
          ×</button>
      </li>
    `
  );
  return html`
    ${rows.length > 0 && html`<ol>${rows}</ol>`}
    <button type="button" aria-label=${`Add ${name}`} onClick=${() =>
      updateList((list) => [...list, initialOf(item) ?? null])}>Add</button>
  `;
}

function Control({ field, isRequired, value, onChange }) {
  switch (field.kind) {
    case "text":
      return html`
        <input type=${INPUTS[field.format] ?? "text"} value=${value ?? ""}
          minlength=${field.minLength} maxlength=${field.maxLength}
          placeholder=${field.pattern} required=${isRequired &&
            field.minLength > 0}
          autocomplete="off" spellcheck="false" onInput=${({ target }) =>
            onChange(
              target.value === "" && !isRequired ? undefined : target.value,
            )} />
      `;
    case "number":
      return html`
        <input type="number" step=${field.step} min=${field.minimum}
          max=${field.maximum} required=${isRequired} value=${value ?? ""}
          onInput=${({ target }) =>
            onChange(
              target.value === "" ? undefined : Number(target.value),
            )} />
      `;
    case "boolean":
      return isRequired
        ? html`
          <input type="checkbox" checked=${value === true}
            onChange=${({ target }) => onChange(target.checked)} />
        `
        : html`
          <${Choice} choices=${[true, false]} value=${value}
            onChange=${onChange} />
        `;
    case "choice":
      return html`
        <${Choice} choices=${field.choices} isRequired=${isRequired}
          value=${value} onChange=${onChange} />
      `;
    default:
      return html`
        <${JsonText} isRequired=${isRequired} value=${value}
          onChange=${onChange} />
      `;
  }
}

function Choice({ choices, isRequired, value, onChange }) {
  const texts = choices.map((choice) => JSON.stringify(choice));
  return html`
    <select value=${texts.indexOf(JSON.stringify(value))}
      onChange=${({ target }) => onChange(choices[Number(target.value)])}>
      ${!isRequired && html`<option value="-1"></option>`}
      ${choices.map((choice, at) =>
        html`
          <option key=${at} value=${at}>${typeof choice === "string"
            ? choice
            : texts[at]}</option>
        `
      )}
    </select>
  `;
}

function JsonText({ isRequired, value, onChange }) {
  const [text, setText] = useState(
    value === undefined ? "" : JSON.stringify(value, null, 2),
  );
  const change = ({ target }) => {
    setText(target.value);
    const { isValid, value } = parse(target.value);
    target.setCustomValidity(isValid ? "" : "This is not JSON");
    if (isValid) onChange(value);
  };
  return html`
    <textarea class="mono" rows="3" spellcheck="false" value=${text}
      placeholder="JSON" required=${isRequired} onInput=${change}></textarea>
  `;
}

function parse(text) {
  if (text.trim() === "") return { isValid: true, value: undefined };
  try {
    return { isValid: true, value: JSON.parse(text) };
  } catch {
    return { isValid: false };
  }
}

function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
