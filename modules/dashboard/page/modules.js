import { html } from "./dom.js";
import { bytes, clock, count, duration, rate } from "./format.js";
import { roleClass, stateText } from "./flow.js";
import { ModuleActions } from "./module_actions.js";
import { useState } from "preact/hooks";

const COLUMNS = [
  { id: "state", title: "State", isText: true },
  { id: "in", title: "In", show: ({ in: value }) => quietRate(value) },
  { id: "out", title: "Out", show: ({ out }) => quietRate(out) },
  { id: "queued", title: "Queued", show: ({ queued }) => quiet(queued) },
  { id: "busyFor", title: "Busy", show: ({ busyFor }) => time(busyFor) },
  { id: "waitsFor", title: "Waits", show: ({ waitsFor }) => time(waitsFor) },
  { id: "dropped", title: "Lost", show: ({ dropped }) => quiet(dropped) },
  {
    id: "restarts",
    title: "Restarts",
    show: ({ restarts }) => quiet(restarts),
  },
  {
    id: "memory",
    title: "Memory",
    show: ({ memory }) => memory ? bytes(memory) : "",
  },
];

/** The processes, and a table of all modules. */
export function Modules({ state }) {
  const { processes, modules } = state;
  const sorted = [...modules].sort((a, b) => pain(b) - pain(a));
  const byProcess = new Map(processes.map((one) => [one.id, one]));
  return html`
    <section class="modules">
      <div class="processes">${processes.map((one) =>
        html`
          <${Process} key=${one.id} process=${one} />
        `
      )}</div>
      <div class="table" role="table" aria-label="Modules">
        <div class="head" role="row">
          <span role="columnheader">Module</span>
          ${COLUMNS.map(({ id, title, isText }) =>
            html`
              <span key=${id} role="columnheader" class=${isText
                ? ""
                : "number"}>${title}</span>
            `
          )}
        </div>
        ${sorted.map((module) =>
          html`
            <${Row} key=${module.key} module=${module}
              process=${byProcess.get(module.process)} allow=${state.allow} />
          `
        )}
      </div>
    </section>
  `;
}

/** Higher for what needs attention first. */
function pain({ role, state, queued, restarts, in: inward, out }) {
  return (role === "stuck" ? 1e12 : role === "waiting" ? 1e11 : 0) +
    (state === "failed" ? 1e10 : state === "restarting" ? 1e9 : 0) +
    Math.min(queued, 1e6) * 100 + restarts * 1_000 + (inward + out) / 1e6;
}

function Process({ process }) {
  const uptime = process.started > 0 ? process.time - process.started : 0;
  return html`
    <article class="process ${process.ready ? "" : "is-failed"}">
      <h2>${process.name}<small class="muted">pid ${process.pid}</small></h2>
      <dl>
        <div><dt>Up</dt><dd>${duration(uptime)}</dd></div>
        <div><dt>Memory</dt><dd>${bytes(process.memory)}</dd></div>
        <div><dt>CPU</dt><dd>${Math.round(process.cpu * 100)} %</dd></div>
      </dl>
      <p class="buses">${process.buses.map((bus) =>
        html`
          <span key=${bus.id} class=${bus.connected ? "" : "error"}>${bus
            .id}${bus.connected
            ? ""
            : ` disconnected${bus.reason ? `: ${bus.reason}` : ""}`}</span>
        `
      )}</p>
      ${process.problems.map((problem) =>
        html`
          <p key=${problem} class="error">${problem}</p>
        `
      )}
    </article>
  `;
}

function Row({ module, process, allow }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <div class="row ${roleClass(module)} ${isOpen ? "is-open" : ""}" role="row">
      <button class="cells" aria-expanded=${isOpen} onClick=${() =>
        setOpen(!isOpen)}>
        <span class="who" role="cell"><b>${module.id}</b>
          <small class="muted">${process?.name ?? ""}</small></span>
        <span role="cell" class="state"><i class="light"></i>${stateText(
          module,
        )}</span>
        ${COLUMNS.slice(1).map(({ id, title, show }) =>
          html`
            <span key=${id} role="cell" class="number"
              data-title=${title}>${show(module)}</span>
          `
        )}
      </button>
      ${isOpen && html`
        <${Detail} module=${module} process=${process} allow=${allow} />
      `}
    </div>
  `;
}

function Detail({ module, process, allow }) {
  const { isolation, jail, className, asked, granted, errors, memory, cores } =
    module;
  const where = isolation === "none"
    ? "in the process"
    : isolation === "worker"
    ? "in a worker"
    : `in a separate process, jail ${jail ?? "auto"}`;
  return html`
    <div class="detail">
      <${ModuleActions} module=${module} process=${process} allow=${allow} />
      <p>Class <code>${className || "unknown"}</code>, runs ${where}${memory
        ? `, takes ${bytes(memory)} and ${Math.round((cores ?? 0) * 100)} % CPU`
        : ", shares memory and CPU of its process"}.</p>
      <div class="permissions">
        <${Permissions} title="Asks for" lists=${asked} none="nothing" />
        <${Permissions} title="Granted" lists=${granted}
          none=${granted
            ? "nothing"
            : isolation === "none"
            ? "no list: not restricted"
            : "what it asks for"} />
      </div>
      ${errors.length > 0 && html`
        <h3>Latest failures</h3>
        <ol class="failures">${[...errors].reverse().map((error) =>
          html`
            <li key=${error.time}><time>${clock(error.time)}</time>
              <b>${error.code}</b><span>${error.message}</span></li>
          `
        )}</ol>
      `}
    </div>
  `;
}

function Permissions({ title, lists, none }) {
  const kinds = Object.entries(lists ?? {}).filter(([, list]) =>
    list.length > 0
  );
  return html`
    <div><h3>${title}</h3>
      ${kinds.length === 0 ? html`<p class="muted">${none}</p>` : html`
        <dl>${kinds.map(([kind, list]) =>
          html`
            <div key=${kind}>
              <dt>${kind}</dt>
              <dd class="mono">${list.join(", ")}</dd>
            </div>
          `
        )}</dl>
      `}
    </div>
  `;
}

function quietRate(value) {
  return value >= 0.05 ? rate(value) : "";
}

function quiet(value) {
  return value > 0 ? count(value) : "";
}

function time(milliseconds) {
  return milliseconds >= 100 ? duration(milliseconds) : "";
}
