import { Connection, post } from "./connection.js";
import { html } from "./dom.js";
import { Flow } from "./flow.js";
import { duration, plural, rate } from "./format.js";
import { Letters } from "./letters.js";
import { Messages } from "./messages.js";
import { Modules } from "./modules.js";
import { Component, render } from "preact";
import { Send } from "./send.js";
import { Traces } from "./traces.js";

const VIEWS = {
  flow: "Flow",
  messages: "Messages",
  traces: "Traces",
  modules: "Modules",
  letters: "Dead letters",
  send: "Send",
};
/** Maximum number of messages on the page. */
const MAX_ROWS = 500;
const THEME = "caryatid-theme";

class App extends Component {
  state = {
    ...readHash(),
    status: "connecting",
    data: undefined,
    selected: undefined,
    tail: {
      pattern: "#",
      filter: "",
      isPaused: false,
      rows: [],
      left: 0,
      filtered: 0,
    },
  };
  #connection;
  #number = 0;

  componentDidMount() {
    this.#connection = new Connection(
      (name, data) => this.#take(name, data),
      (status) => status !== this.state.status && this.setState({ status }),
    );
    globalThis.addEventListener("hashchange", () => this.setState(readHash()));
    globalThis.addEventListener("keydown", (event) => this.#key(event));
    this.#watch();
  }

  componentDidUpdate(_, before) {
    const { view, tail } = this.state;
    if (
      view !== before.view || tail.pattern !== before.tail.pattern ||
      tail.filter !== before.tail.filter ||
      tail.isPaused !== before.tail.isPaused
    ) this.#watch();
  }

  render() {
    const { view, status, data } = this.state;
    return html`
      <div class="app">
        <header class="top">
          <a class="brand" href="#flow"><img src="/page/icon.svg" alt="" width="22"
            height="22" />Caryatid</a>
          <nav aria-label="Views">${Object.entries(VIEWS).map(([id, title]) =>
            html`
              <a key=${id} href=${`#${id}`} aria-current=${id === view
                ? "page"
                : null}>${title}</a>
            `
          )}</nav>
          <${Status} status=${status} data=${data} />
          <button class="theme" onClick=${switchTheme} aria-label="Light or dark"
            title="Light or dark (d)">◐</button>
        </header>
        ${data &&
          html`<${Alerts} data=${data} onSelect=${(key) =>
            this.#select(key)} />`}
        <main>${this.#main()}</main>
      </div>
    `;
  }

  #main() {
    const { view, status, data, tail, trace, selected } = this.state;
    if (status === "locked") {
      return html`<${Login} onDone=${() => this.#connection.restart()} />`;
    }
    if (data === undefined) {
      return html`
        <section class="empty">
          <p>${status === "lost"
            ? "The process does not answer. Trying again …"
            : "Connecting …"}</p>
        </section>
      `;
    }
    const openTrace = (id) =>
      location.hash = `traces/${encodeURIComponent(id)}`;
    switch (view) {
      case "messages":
        return html`
          <${Messages} tail=${tail} onTrace=${openTrace}
            onChange=${(change) => this.#changeTail(change)} />
        `;
      case "traces":
        return html`
          <${Traces} summary=${data.traces} selected=${trace}
            onSelect=${(id) =>
              location.hash = id ? `traces/${id}` : "traces"} />
        `;
      case "modules":
        return html`<${Modules} state=${data} />`;
      case "letters":
        return html`<${Letters} allow=${data.allow} id=${data.id} />`;
      case "send":
        return html`
          <${Send} allow=${data.allow} id=${data.id}
            processes=${data.processes}
            topics=${data.graph.topics.flatMap(({ names }) => names)} />
        `;
      default:
        return html`
          <${Flow} state=${data} selected=${selected}
            onSelect=${(id) => this.#select(id)}
            onOpenTail=${(pattern) => {
              this.#changeTail({ pattern, filter: "", isPaused: false });
              location.hash = "messages";
            }} />
        `;
    }
  }

  #select(selected) {
    this.setState({ selected });
    if (selected && this.state.view !== "flow") location.hash = "flow";
  }

  #changeTail(change) {
    this.setState(({ tail }) => {
      const next = { ...tail, ...change, error: undefined };
      const isOther = next.pattern !== tail.pattern ||
        next.filter !== tail.filter;
      return {
        tail: isOther ? { ...next, rows: [], left: 0, filtered: 0 } : next,
      };
    });
  }

  #watch() {
    const { view, tail: { pattern, filter, isPaused } } = this.state;
    const isOn = view === "messages" && !isPaused;
    this.#connection.tail(isOn ? pattern : undefined, filter);
  }

  #take(name, data) {
    if (name === "state") return this.setState({ data });
    this.setState(({ tail }) => {
      const rows = data.rows.map((row) => ({ ...row, n: ++this.#number }))
        .reverse();
      return {
        tail: {
          ...tail,
          rows: [...rows, ...tail.rows].slice(0, MAX_ROWS),
          left: data.left,
          filtered: data.filtered,
          error: data.error,
        },
      };
    });
  }

  #key(event) {
    const { target, key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    if (target.closest?.("input, textarea")) {
      if (key === "Escape") target.blur();
      return;
    }
    const view = Object.keys(VIEWS)[Number(key) - 1];
    if (view) location.hash = view;
    else if (key === "Escape") this.setState({ selected: undefined });
    else if (key === "d") switchTheme();
    else if (key === "p") {
      this.#changeTail({ isPaused: !this.state.tail.isPaused });
    } else if (key === "/") {
      event.preventDefault();
      location.hash = "messages";
      setTimeout(() => document.querySelector("input[name=filter]")?.focus());
    }
  }
}

function Status({ status, data }) {
  const text = {
    connecting: "Connecting",
    live: "Live",
    lost: "Disconnected",
    locked: "Locked",
  }[status];
  const total = data?.modules.reduce((sum, { out }) => sum + out, 0) ?? 0;
  return html`
    <p class="status is-${status}"><i class="light"></i>${text}${status ===
          "live" && data
      ? html`<span class="muted"> · ${
        plural(data.processes.length, "process", "processes")
      } · ${plural(data.modules.length, "module")} · ${rate(total)}</span>`
      : null}</p>
  `;
}

/** Who is stuck, and who waits for it. */
function Alerts({ data, onSelect }) {
  const names = new Map(data.modules.map((one) => [one.key, one]));
  const id = (key) => names.get(key)?.id ?? key;
  return html`<div class="alerts" role="status">${
    data.chains.slice(0, 3).map((chain) =>
      html`
        <article key=${chain.path.join(" ")} class="alert">
          <p class="chain">${chain.path.map((key, at) =>
            html`
              <button key=${key + at} class=${at === chain.path.length - 1
                ? "is-stuck"
                : ""}
                onClick=${() => onSelect(key)}>${id(key)}</button>
              ${at < chain.path.length - 1 && html`
                <span class="arrow" title=${chain.topics[at]
                  .topic}>waits for</span>
              `}
            `
          )}</p>
          <p>${describe(chain, names.get(chain.path.at(-1)), id)}</p>
        </article>
      `
    )
  }
    ${
    data.chains.length > 3 && html`
      <p class="more">and ${plural(data.chains.length - 3, "further chain")}</p>
    `
  }</div>`;
}

function describe(chain, root, id) {
  const who = id(chain.path.at(-1));
  const time = duration(chain.time);
  if (chain.isCycle) {
    return `Deadlock: these modules have waited for each other for ${time}.`;
  }
  const { isRequest } = chain.topics.at(-1);
  if (isRequest) {
    return `${who} has not answered on ${chain.pattern} for ${time}.`;
  }
  const what = root?.busyFor > 500
    ? `has worked on one message for ${
      duration(root.busyFor)
    }, and its queue of ${chain.pattern} is full`
    : `does not read ${chain.pattern}, and its queue is full`;
  return `${who} ${what}. The first publisher has waited for ${time}.`;
}

/** Not `autofocus`: the browser reports it if the focus is elsewhere. */
const focus = (field) => field?.focus();

function Login({ onDone }) {
  const submit = async (event) => {
    event.preventDefault();
    const field = event.target.elements.namedItem("token");
    const note = event.target.querySelector(".error");
    try {
      await post("/login", { token: field.value });
      onDone();
    } catch (error) {
      note.textContent = error.message;
      field.select();
    }
  };
  return html`
    <section class="empty">
      <form class="login" onSubmit=${submit}>
        <h1>This dashboard needs a token</h1>
        <input name="username" autocomplete="username" value="dashboard" hidden />
        <label>Token<input name="token" type="password" required
        autocomplete="current-password" ref=${focus} /></label>
        <button class="primary">Open</button>
        <p class="error" role="alert"></p>
      </form>
    </section>
  `;
}

function readHash() {
  const [view, trace] = location.hash.slice(1).split("/");
  return {
    view: Object.hasOwn(VIEWS, view) ? view : "flow",
    trace: trace ? decoded(trace) : undefined,
  };
}

/** A user can edit the address: a malformed name is taken as it is. */
function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function switchTheme() {
  const isDark = getComputedStyle(document.documentElement)
    .getPropertyValue("--is-dark").trim() === "1";
  const theme = isDark ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(THEME, theme);
}

const theme = localStorage.getItem(THEME);
if (theme) document.documentElement.dataset.theme = theme;
render(html`<${App} />`, document.getElementById("app"));
