import { html } from "./dom.js";
import { count, duration, plural, rate, short } from "./format.js";
import { curve, cut, MODULE, place, topicLabel } from "./layout.js";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

const NARROW = matchMedia("(max-width: 720px)");

/** Width of the panel with its margins, in pixels. */
const PANEL = 352;

/** The live graph, with a panel for the selected node. */
export function Flow({ state, selected, onSelect, onOpenTail }) {
  const isNarrow = useNarrow();
  const { graph, modules } = state;
  const byKey = useMemo(() => new Map(modules.map((one) => [one.key, one])), [
    modules,
  ]);
  const shape = shapeOf(graph, isNarrow);
  const placed = useMemo(() => place(graph, byKey, isNarrow), [shape]);
  const stuck = modules.find(({ role }) => role === "stuck")?.key;
  const view = useView(placed, {
    isNarrow,
    hasPanel: selected !== undefined,
    center: isNarrow ? placed.nodes.get(stuck) : undefined,
  });
  if (graph.modules.length === 0) return html`<${Empty} state=${state} />`;
  const focus = focusOf(graph, selected);
  const silent =
    modules.filter(({ key, className }) =>
      className !== "dashboard" && !graph.modules.includes(key)
    ).length;
  const names = new Map(state.processes.map((one) => [one.id, one]));
  return html`
    <section class="flow">
      <svg ref=${view.ref} class="graph" viewBox=${view.box} role="img"
        aria-label="Flow of messages between modules"
        onPointerDown=${view.down} onWheel=${view.wheel}
        onClick=${() => onSelect(undefined)}>
        ${Array.from(placed.processes, ([id]) =>
          html`
            <${Cluster} key=${id} node=${placed.nodes.get(`process:${id}`)}
              name=${names.get(id)?.name ?? id} />
          `)}
        ${graph.edges.map((edge) =>
          html`
            <${Edge} key=${edgeKey(edge)} edge=${edge}
              points=${placed.paths.get(`${edge.from} ${edge.to}`)}
              isFaint=${focus && !focus.edges.has(edgeKey(edge))} />
          `
        )}
        ${graph.topics.map((topic) =>
          html`
            <${Topic} key=${topic.id} topic=${topic}
              node=${placed.nodes.get(topic.id)} onSelect=${onSelect}
              isFaint=${focus && !focus.nodes.has(topic.id)} />
          `
        )}
        ${graph.modules.map((key) =>
          byKey.has(key) && html`
            <${Module} key=${key} module=${byKey.get(key)}
              node=${placed.nodes.get(key)} onSelect=${onSelect}
              isSelected=${key === selected}
              isFaint=${focus && !focus.nodes.has(key)} />
          `
        )}
      </svg>
      <div class="zoom">
        <button onClick=${() => view.zoom(0.8)} aria-label="Zoom in">+</button>
        <button onClick=${() =>
          view.zoom(1.25)} aria-label="Zoom out">−</button>
        <button onClick=${view.fit} aria-label="Fit the page">Fit</button>
      </div>
      <${Legend} hidden=${graph.hidden} silent=${silent} />
      ${selected && html`
        <${Panel} graph=${graph} id=${selected} byKey=${byKey}
          names=${names}
          onSelect=${onSelect} onOpenTail=${onOpenTail} />
      `}
    </section>
  `;
}

function Empty({ state }) {
  const text = state.processes.length === 0
    ? "No process reports yet. A process publishes its state if its configuration has [monitor] with the topic of this dashboard."
    : "No module has used a topic yet.";
  return html`
    <section class="empty">
      <p>${text}</p>
    </section>
  `;
}

function Cluster({ node, name }) {
  if (!node) return null;
  const [x, y] = [node.x - node.width / 2, node.y - node.height / 2];
  return html`
    <g class="cluster">
      <rect x=${x} y=${y - 12} width=${node.width} height=${node.height + 16}
        rx="14" />
      <text x=${x + 14} y=${y + 6}>${cut(name, 28)}</text>
    </g>
  `;
}

function Edge({ edge, points, isFaint }) {
  if (!points) return null;
  const { used, role, queued, waiting } = edge;
  const kind = role ? `is-${role}` : used ? "" : "is-unused";
  const width = used
    ? 1.2 + Math.min(2.6, Math.log10(1 + edge.rate) * 0.8)
    : 1.2;
  const path = curve(points);
  const isWaiting = waiting > 0 && role !== undefined;
  const middle = points[Math.floor(points.length / 2)];
  const last = points.at(-1);
  const before = points.at(-2) ?? last;
  return html`
    <g class="edge ${kind} ${isFaint ? "is-faint" : ""}"
      data-from=${edge.from} data-to=${edge.to}>
      <path d=${path} stroke-width=${width} fill="none" />
      ${used && edge.rate > 0.05 && html`
        <path class="moving ${speed(edge.rate)}" d=${path} fill="none"
          stroke-width=${width + 0.6} />
      `}
      <path class="arrow" d=${arrow(before, last)} />
      ${edge.rate >= 0.05 && !isWaiting && html`
        <text class="rate" x=${middle.x} y=${middle.y - 6}
          text-anchor="middle">${rate(edge.rate)}</text>
      `}
      ${queued > 0 && html`
        <${Badge} point=${towards(last, before, 20)}
          text=${`${short(queued)} queued`} />
      `}
      ${isWaiting && html`
        <${Badge} point=${middle} text=${`${short(waiting)} waiting`} />
      `}
    </g>
  `;
}

function Badge({ point, text }) {
  const width = text.length * 6.2 + 12;
  return html`
    <g class="badge" transform="translate(${point.x},${point.y})">
      <rect x=${-width / 2} y="-9" width=${width} height="18" rx="9" />
      <text text-anchor="middle" y="4">${text}</text>
    </g>
  `;
}

function Topic({ topic, node, onSelect, isFaint }) {
  if (!node) return null;
  const { width, height } = node;
  const kind = topic.isRequest ? "is-request" : "";
  return html`
    <g class="topic ${kind} ${isFaint ? "is-faint" : ""}" tabindex="0"
      role="button" transform="translate(${node.x},${node.y})"
      onClick=${select(onSelect, topic.id)} onKeyDown=${onEnter(
        onSelect,
        topic.id,
      )}>
      <title>${topic.names.join("\n") || topic.label}</title>
      <rect x=${-width / 2} y=${-height / 2} width=${width} height=${height}
        rx=${topic.isRequest ? 5 : height / 2} />
      <text text-anchor="middle" y="4">${topicLabel(topic)}</text>
    </g>
  `;
}

function Module({ module, node, onSelect, isSelected, isFaint }) {
  if (!node) return null;
  const { width, height } = MODULE;
  const left = -width / 2;
  return html`
    <g class="module ${roleClass(module)} ${isSelected
      ? "is-selected"
      : ""} ${isFaint ? "is-faint" : ""}" tabindex="0" role="button"
      transform="translate(${node.x},${node.y})"
      onClick=${select(onSelect, module.key)}
      onKeyDown=${onEnter(onSelect, module.key)}>
      <title>${module.id}: ${stateText(module)}</title>
      <rect x=${left} y=${-height / 2} width=${width} height=${height}
        rx="10" />
      <circle class="light" cx=${left + 17} cy="-10" r="4" />
      <text class="name" x=${left + 29} y="-5">${cut(module.id, 20)}</text>
      <text class="sub" x=${left + 14} y="17">${subText(module)}</text>
    </g>
  `;
}

function subText(module) {
  if (module.role === "stuck") {
    if (module.busyFor > 0) return `stuck for ${duration(module.busyFor)}`;
    return module.inFlight > 0
      ? `stuck, ${count(module.inFlight)} in flight`
      : "stuck, does not read";
  }
  if (module.role === "waiting") {
    return `waits for ${duration(module.waitsFor)}`;
  }
  if (module.state !== "running" && module.state !== "unknown") {
    return module.state;
  }
  return `${rate(module.in)} in · ${rate(module.out)} out`;
}

/** Class of a module by its state. */
export function roleClass({ role, state, paused }) {
  if (role) return `is-${role}`;
  if (paused) return "is-starting";
  if (state === "failed") return "is-failed";
  if (state === "restarting" || state === "starting") return "is-starting";
  return "";
}

/** State of a module in words. */
export function stateText(module) {
  if (module.role === "stuck") return "stuck";
  if (module.role === "waiting") return "waiting";
  if (module.paused) return "paused";
  const isProgram = module.id === "process" && module.state === "unknown";
  return isProgram ? "program" : module.state;
}

function Legend({ hidden, silent }) {
  return html`
    <footer class="legend">
      <span><i class="key-topic"></i>topic</span>
      <span><i class="key-request"></i>request</span>
      <span><i class="key-unused"></i>declared, no traffic yet</span>
      <span><i class="key-stuck"></i>stuck</span>
      <span><i class="key-waiting"></i>waiting</span>
      ${hidden > 0 && html`<b>${count(hidden)} quiet topics not drawn</b>`}
      ${silent > 0 &&
        html`<span>${plural(silent, "module")} without topics not drawn</span>`}
    </footer>
  `;
}

function Panel({ graph, id, byKey, names, onSelect, onOpenTail }) {
  const topic = graph.topics.find((one) => one.id === id);
  const module = byKey.get(id);
  if (!topic && !module) return null;
  const inward = graph.edges.filter(({ to }) => to === id);
  const outward = graph.edges.filter(({ from }) => from === id);
  const labels = new Map(graph.topics.map((one) => [one.id, one.label]));
  const label = (key) => labels.get(key) ?? byKey.get(key)?.id ?? key;
  const list = (title, edges, end) =>
    edges.length > 0 && html`
      <h3>${title}</h3>
      <ul class="links">${edges.map((edge) =>
        html`
          <li key=${edgeKey(edge)}>
            <button onClick=${() => onSelect(edge[end])}>${label(
              edge[end],
            )}</button>
            <span>${edge.used ? rate(edge.rate) : "declared"}${edge.queued > 0
              ? ` · ${count(edge.queued)} queued`
              : ""}</span>
          </li>
        `
      )}</ul>
    `;
  return html`
    <aside class="panel" aria-label="Details">
      <button class="close" onClick=${() => onSelect(undefined)}
        aria-label="Close">×</button>
      <h2>${topic ? topic.label : module.id}</h2>
      <p class="muted">${topic
        ? `${topic.isRequest ? "Request" : "Topic"}${
          topic.count > 1
            ? `, ${count(topic.count)} topics with the same modules`
            : ""
        }${topic.leaves ? ", reaches other processes" : ""}`
        : `${module.className} in ${
          names.get(module.process)?.name ?? "?"
        }`}</p>
      ${module && html`<${Facts} module=${module} />`}
      ${list(topic ? "From" : "Receives", inward, "from")}
      ${list(topic ? "To" : "Sends", outward, "to")}
      ${topic && topic.count > 1 && html`
        <h3>Topics</h3>
        <ul class="names">${topic.names.map((name) =>
          html`
            <li key=${name}>${name}</li>
          `
        )}
          ${topic.count > topic.names.length && html`
            <li class="muted">and ${count(
              topic.count - topic.names.length,
            )} more</li>
          `}
        </ul>
      `}
      ${topic && html`
        <button class="primary" onClick=${() =>
          onOpenTail(topic.names.length === 1 ? topic.names[0] : topic.label)}>
          Watch messages</button>
      `}
    </aside>
  `;
}

function Facts({ module }) {
  const facts = [
    ["State", stateText(module)],
    ["In", rate(module.in)],
    ["Out", rate(module.out)],
    ["Queued", count(module.queued)],
    ["In flight", count(module.inFlight)],
    module.busyFor > 0 && ["Busy for", duration(module.busyFor)],
    module.waitsFor > 0 && ["Waits for", duration(module.waitsFor)],
    module.dropped > 0 && ["Lost", count(module.dropped)],
    module.retried > 0 && ["Retries", count(module.retried)],
    module.restarts > 0 && ["Restarts", count(module.restarts)],
  ].filter(Boolean);
  return html`
    <dl class="facts">${facts.map(([name, value]) =>
      html`
        <div key=${name}>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )}</dl>
    ${module.errors.length > 0 && html`
      <p class="error">${module.errors.at(-1).code}: ${module.errors.at(-1)
        .message}</p>
    `}
  `;
}

/** The selected node with its neighbors, and every chain of waits. */
function focusOf({ edges }, selected) {
  if (!selected) return undefined;
  const kept = edges.filter(({ from, to, role }) =>
    from === selected || to === selected || role
  );
  const nodes = new Set(kept.flatMap(({ from, to }) => [from, to]));
  return { nodes: nodes.add(selected), edges: new Set(kept.map(edgeKey)) };
}

function edgeKey({ from, to }) {
  return `${from} ${to}`;
}

/** Changes only if nodes or edges come or go, so that the drawing stays still. */
function shapeOf({ topics, edges, modules }, isNarrow) {
  return JSON.stringify([
    isNarrow,
    modules,
    topics.map((topic) => [topic.id, topicLabel(topic)]),
    edges.map(edgeKey),
  ]);
}

function speed(value) {
  return value > 1_000 ? "is-fast" : value > 10 ? "is-steady" : "is-slow";
}

function arrow(from, to) {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const corner = (turn) =>
    `${(to.x - 7 * Math.cos(angle + turn)).toFixed(1)},${
      (to.y - 7 * Math.sin(angle + turn)).toFixed(1)
    }`;
  return `M${corner(0.42)}L${to.x.toFixed(1)},${to.y.toFixed(1)}L${
    corner(-0.42)
  }Z`;
}

function towards(from, to, distance) {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  return {
    x: from.x + distance * Math.cos(angle),
    y: from.y + distance * Math.sin(angle) - 12,
  };
}

function select(onSelect, id) {
  return (event) => {
    event.stopPropagation();
    onSelect(id);
  };
}

function onEnter(onSelect, id) {
  return (event) => {
    if (event.key === "Enter") onSelect(id);
  };
}

function useNarrow() {
  const [isNarrow, set] = useState(NARROW.matches);
  useEffect(() => {
    const update = () => set(NARROW.matches);
    NARROW.addEventListener("change", update);
    return () => NARROW.removeEventListener("change", update);
  }, []);
  return isNarrow;
}

/** Pan by dragging, zoom by the wheel. */
function useView({ width, height }, { isNarrow, hasPanel, center }) {
  const ref = useRef();
  const [view, setView] = useState();
  const size = { width, height };
  const fitted = isNarrow
    ? fitWidth(ref.current, size, center)
    : fit(ref.current, size, hasPanel ? PANEL : 0);
  const shown = view ?? fitted;
  useEffect(() => {
    const update = () => setView(undefined);
    update();
    globalThis.addEventListener("resize", update);
    return () => globalThis.removeEventListener("resize", update);
  }, [width, height]);
  const zoom = (factor, at = { x: 0.5, y: 0.5 }) =>
    setView((before) => {
      const old = before ?? fitted;
      const next = { width: old.width * factor, height: old.height * factor };
      return {
        ...next,
        x: old.x + (old.width - next.width) * at.x,
        y: old.y + (old.height - next.height) * at.y,
      };
    });
  const down = (event) => {
    if (event.target !== ref.current) return;
    const scale = shown.width / ref.current.clientWidth;
    const start = { x: event.clientX, y: event.clientY };
    const move = ({ clientX, clientY }) =>
      setView({
        ...shown,
        x: shown.x - (clientX - start.x) * scale,
        y: shown.y - (clientY - start.y) * scale,
      });
    const up = () => {
      globalThis.removeEventListener("pointermove", move);
      globalThis.removeEventListener("pointerup", up);
    };
    globalThis.addEventListener("pointermove", move);
    globalThis.addEventListener("pointerup", up);
  };
  const wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = ref.current.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.12 : 0.9, {
      x: (event.clientX - box.left) / box.width,
      y: (event.clientY - box.top) / box.height,
    });
  };
  const box = `${shown.x} ${shown.y} ${shown.width} ${shown.height}`;
  return { ref, box, zoom, fit: () => setView(undefined), down, wheel };
}

/** Shows everything, left of the panel, but never larger than life. */
function fit(element, { width, height }, panel) {
  const room = roomOf(element);
  const scale = Math.max(
    width / Math.max(1, room.width - panel),
    height / Math.max(1, room.height),
    0.9,
  );
  return {
    width: room.width * scale,
    height: room.height * scale,
    x: (width - (room.width - panel) * scale) / 2,
    y: (height - room.height * scale) / 2,
  };
}

/** Fills a narrow page, as long as the text stays readable. */
function fitWidth(element, { width, height }, center) {
  const room = roomOf(element);
  const scale = Math.min(Math.max(width / room.width, 0.9), 1.6);
  const size = { width: room.width * scale, height: room.height * scale };
  return {
    ...size,
    x: size.width >= width || !center ? (width - size.width) / 2 : Math.min(
      Math.max(0, center.x - size.width / 2),
      width - size.width,
    ),
    y: size.height >= height ? (height - size.height) / 4 : 0,
  };
}

function roomOf(element) {
  return element
    ? { width: element.clientWidth, height: element.clientHeight }
    : { width: globalThis.innerWidth, height: globalThis.innerHeight - 120 };
}
