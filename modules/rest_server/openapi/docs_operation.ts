import type { DocumentOperation, OpenApiDocument } from "./document.ts";
import { type Html, html } from "./html.ts";
import { isSchema, type JsonSchema, targetOf } from "./json_schema.ts";
import type { Content, OperationResponse, Parameter } from "./operation.ts";

/** One operation, and where it stands. */
export interface ListedOperation {
  /** In lower case. */
  readonly method: string;
  readonly path: string;
  readonly operation: DocumentOperation;
  readonly document: OpenApiDocument;
  /** What stands before paths. */
  readonly base: string;
}

/** An operation, folded up: parameters, body, answers, and a form to try it. */
export function operationHtml(listed: ListedOperation): Html {
  const { method, path, operation } = listed;
  const { summary = "", description = "", tags = [], deprecated } = operation;
  return html`
    <details>
      <summary><span class="method ${method}">${method}</span> <code class="${deprecated
        ? "old"
        : ""}">${path}</code> ${summary}</summary>
      <div>
    <p class="text">${description}</p>
    ${tags.map((tag) =>
      html`
        <small>#${tag}</small>
      `
    )}
    ${parametersHtml(operation.parameters)}
    ${bodyHtml(listed)}
    ${responsesHtml(listed)}
    ${formHtml(listed)}
      </div>
    </details>
  `;
}

function parametersHtml(parameters: readonly Parameter[]): readonly Html[] {
  if (parameters.length === 0) return [];
  const rows = parameters.map((parameter) =>
    html`
      <tr>
        <td><code>${parameter.name}</code></td>
        <td>${parameter.in}${parameter.required ? ", required" : ""}</td>
        <td>${parameter.description ?? ""} ${schemaHtml(parameter.schema)}</td>
      </tr>
    `
  );
  return [html`
    <h4>Parameters</h4>
    <table>${rows}</table>
  `];
}

function bodyHtml({ operation, document }: ListedOperation): readonly Html[] {
  const { requestBody } = operation;
  if (requestBody === undefined) return [];
  const note = requestBody.required ? "Body, required" : "Body";
  return [
    html`<h4>${note}</h4>${contentHtml(requestBody.content, document)}`,
  ];
}

function responsesHtml({ operation, document }: ListedOperation): Html {
  const rows = Object.entries(operation.responses).map(([status, told]) => {
    const response = "$ref" in told
      ? targetOf(told.$ref, { ...document }) as OperationResponse
      : told;
    // Problems look alike everywhere: their schema would hide the others.
    const content = "$ref" in told ? undefined : response.content;
    return html`
      <tr>
        <td><code>${status}</code></td>
        <td>${response.description} ${content
          ? contentHtml(content, document)
          : ""}</td>
      </tr>
    `;
  });
  return html`
    <h4>Answers</h4>
    <table>${rows}</table>
  `;
}

function contentHtml(content: Content, document: OpenApiDocument): Html {
  const types = Object.keys(content).join(", ");
  const [first] = Object.values(content);
  return html`<small>${types}</small>${schemaHtml(first?.schema, document)}`;
}

function schemaHtml(
  schema: JsonSchema | undefined,
  document?: OpenApiDocument,
): Html {
  if (schema === undefined || Object.keys(schema).length === 0) {
    return html`<small>anything</small>`;
  }
  const text = JSON.stringify(schema, null, 2);
  const names = new Set<string>();
  const gather = (value: unknown) =>
    JSON.stringify(value, (key, below) => {
      if (key !== "$ref" || typeof below !== "string" || names.has(below)) {
        return below;
      }
      names.add(below);
      gather(document && targetOf(below, { ...document }));
      return below;
    });
  gather(schema);
  const parts = [...names].flatMap((name) => {
    const part = document && targetOf(name, { ...document });
    if (!isSchema(part)) return [];
    const text = JSON.stringify(part, null, 2);
    return [html`
      <details>
        <summary>${name}</summary>
        <pre>${text}</pre>
      </details>
    `];
  });
  return html`<pre>${text}</pre>${parts}`;
}

function formHtml(listed: ListedOperation): Html {
  const { method, path, operation, base } = listed;
  const inputs = operation.parameters.map(inputHtml);
  const [type = "application/json"] = Object.keys(
    operation.requestBody?.content ?? {},
  );
  const body = operation.requestBody
    ? html`<label>Body (${type})<textarea data-body></textarea></label>`
    : "";
  return html`
    <h4>Try it</h4>
    <form data-method="${method.toUpperCase()}" data-path="${base}${path}"
      data-type="${type}">
    ${inputs}${body}
    <button>Send</button>
    <output></output>
    </form>
  `;
}

function inputHtml(parameter: Parameter): Html {
  const { name, in: place, required, schema } = parameter;
  const label = required
    ? `${name} (${place}, required)`
    : `${name} (${place})`;
  const need = html`data-in="${place}" data-name="${name}"`;
  if (schema["type"] === "array") {
    return html`<label>${label}, one a line<textarea ${need} data-list></textarea></label>`;
  }
  const rest = place === "path" && name.startsWith("rest")
    ? html`
      data-rest
    `
    : "";
  const must = place === "path"
    ? html`
      required
    `
    : "";
  return html`<label>${label}<input ${need}${rest}${must}></label>`;
}
