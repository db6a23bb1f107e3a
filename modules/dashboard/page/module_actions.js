import { post } from "./connection.js";
import { html } from "./dom.js";
import { duration } from "./format.js";
import { useState } from "preact/hooks";

const ACTIONS = [
  { id: "pause", title: "Pause", other: { id: "resume", title: "Resume" } },
  { id: "restart", title: "Restart", done: "Restarted" },
  { id: "swap", title: "Swap", done: "Swapped" },
];

/** Buttons for what the dashboard allows, with the reason of a refusal. */
export function ModuleActions({ module, process, allow }) {
  const [result, setResult] = useState({});
  const actions = ACTIONS.filter(({ id }) => allow.includes(id));
  if (actions.length === 0) return null;
  const act = async (id, done) => {
    setResult({ pending: id });
    try {
      const { milliseconds } = await post("/api/control", {
        process: module.process,
        module: module.id,
        action: id,
      });
      setResult(done ? { done: `${done} in ${duration(milliseconds)}.` } : {});
    } catch (error) {
      setResult({ error: error.message });
    }
  };
  const reasons = new Set();
  const buttons = actions.map(({ id, title, done, other }) => {
    const reason = refusal(id, module, process);
    if (reason) reasons.add(reason);
    const button = id === "pause" && module.paused ? other : { id, title };
    return html`
      <button key=${id} title=${reason} disabled=${result.pending || reason}
        onClick=${() => act(button.id, done)}>
        ${result.pending === button.id ? `${button.title} …` : button.title}
      </button>
    `;
  });
  return html`
    <div class="actions">${buttons}
      ${[...reasons].map((reason) =>
        html`<small key=${reason} class="muted">${reason}</small>`
      )}
      ${result.done && html`<small role="status">${result.done}</small>`}
      ${result.error && html`
        <span class="error" role="alert">${result.error}</span>
      `}
    </div>
  `;
}

/** Returns why an action is impossible, or undefined. */
function refusal(action, { className, isolation }, process) {
  if (!process?.control.includes(action)) {
    return `The process does not allow it: add "${action}" to control of [monitor].`;
  }
  if (action !== "pause" && className === "dashboard") {
    return "A dashboard cannot be started again from a page.";
  }
  if (action === "swap" && isolation === "none") {
    return "Only an isolated module can load newer code: use caryatid run --watch.";
  }
  return undefined;
}
