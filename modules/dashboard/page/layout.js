import { Graph, layout } from "@dagrejs/dagre";

/** Size of a module, in pixels. */
export const MODULE = { width: 184, height: 58 };
/** Height of a topic, and width of one of its letters. */
const TOPIC_HEIGHT = 26;
const LETTER = 6.9;
const LONGEST = 30;

/** Returns the start of a text. */
export function cut(text, length = LONGEST) {
  const letters = [...text];
  return letters.length > length
    ? `${letters.slice(0, length - 1).join("")}…`
    : text;
}

/**
 * Places modules and topics from left to right, or from top to bottom on a
 * narrow page. Modules of one process lie together.
 */
export function place({ topics, edges, modules }, byKey, isNarrow) {
  const graph = new Graph({ compound: true, multigraph: false });
  graph.setGraph({
    rankdir: isNarrow ? "TB" : "LR",
    nodesep: isNarrow ? 10 : 20,
    ranksep: isNarrow ? 40 : 58,
    marginx: isNarrow ? 10 : 28,
    marginy: 34,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const processes = new Map();
  for (const key of modules) {
    const module = byKey.get(key);
    if (module === undefined) continue;
    graph.setNode(key, { ...MODULE });
    const all = processes.get(module.process) ?? [];
    processes.set(module.process, [...all, key]);
  }
  for (const topic of topics) {
    const label = topicLabel(topic);
    graph.setNode(topic.id, {
      width: label.length * LETTER + 24,
      height: TOPIC_HEIGHT,
    });
  }
  const isShared = processes.size > 1 && !isNarrow;
  if (isShared) {
    for (const [id, process] of homes(edges, topics, byKey)) {
      processes.get(process)?.push(id);
    }
    for (const [id, keys] of processes) {
      graph.setNode(`process:${id}`, {});
      for (const key of keys) graph.setParent(key, `process:${id}`);
    }
  }
  for (const { from, to } of edges) {
    if (!graph.hasNode(from) || !graph.hasNode(to)) continue;
    // Topics between processes have a separate column, so that the frames lie
    // side by side.
    const isBetween = isShared && !graph.parent(from) !== !graph.parent(to);
    graph.setEdge(from, to, { minlen: isBetween ? 2 : 1 });
  }
  layout(graph);
  const nodes = new Map(graph.nodes().map((id) => [id, graph.node(id)]));
  const paths = new Map(
    graph.edges().map(({ v, w }) => [`${v} ${w}`, graph.edge(v, w).points]),
  );
  const { width = 0, height = 0 } = graph.graph();
  return {
    nodes,
    paths,
    width,
    height,
    processes: isShared ? processes : new Map(),
  };
}

/** Topics that only modules of one process use, with that process. */
function homes(edges, topics, byKey) {
  const users = new Map(topics.map(({ id }) => [id, new Set()]));
  for (const { from, to } of edges) {
    users.get(from)?.add(byKey.get(to)?.process);
    users.get(to)?.add(byKey.get(from)?.process);
  }
  return [...users].filter(([, all]) => all.size === 1)
    .map(([id, all]) => [id, [...all][0]]);
}

/** Text on a topic node. */
export function topicLabel({ label, count }) {
  return count > 1 ? `${cut(label, 22)}  ×${count}` : cut(label);
}

/** A smooth path through points. */
export function curve(points) {
  const [first, ...rest] = points;
  let path = `M${first.x.toFixed(1)},${first.y.toFixed(1)}`;
  for (let at = 0; at < rest.length - 1; at++) {
    const [a, b] = [rest[at], rest[at + 1]];
    const x = at === rest.length - 2 ? b.x : (a.x + b.x) / 2;
    const y = at === rest.length - 2 ? b.y : (a.y + b.y) / 2;
    path += `Q${a.x.toFixed(1)},${a.y.toFixed(1)},${x.toFixed(1)},${
      y.toFixed(1)
    }`;
  }
  const last = rest.at(-1);
  return rest.length === 1
    ? `${path}L${last.x.toFixed(1)},${last.y.toFixed(1)}`
    : path;
}
