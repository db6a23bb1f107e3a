/** The style of the page. */
export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
code, pre, input, textarea, output { font: 0.85rem/1.45 ui-monospace, monospace; }
details { border: 1px solid #8886; border-radius: 6px; margin: .5rem 0; }
details details { border: 0; margin: 0; }
summary { cursor: pointer; padding: .5rem .75rem; }
details > div { padding: 0 .75rem .75rem; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700; text-transform: uppercase; }
.get { color: #0a7d38; } .post { color: #a15c00; } .delete { color: #c62828; }
.put, .patch { color: #6b3fc9; }
.old { text-decoration: line-through; }
.text { white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-top: 1px solid #8884; }
pre, output { display: block; white-space: pre-wrap; background: #8881; border-radius: 4px; padding: .5rem; margin: 0; }
output:empty { display: none; }
input, textarea { width: 100%; box-sizing: border-box; }
textarea { min-height: 5rem; }
button { margin: .5rem 0; padding: .25rem 1rem; }
`;

/** Sends the form of an operation, and shows what comes back. */
export const SCRIPT = `
addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const output = form.querySelector("output");
  const { method, path, type } = form.dataset;
  const headers = {}, query = new URLSearchParams();
  let target = path;
  for (const input of form.querySelectorAll("[data-in]")) {
    const { in: place, name } = input.dataset;
    if (place === "path") {
      const value = encodeURIComponent(input.value);
      target = target.replace("{" + name + "}", () => "rest" in input.dataset ? value.replaceAll("%2F", "/") : value);
    }
    if (input.value === "") continue;
    if (place === "query") {
      const values = "list" in input.dataset ? input.value.split("\\n") : [input.value];
      for (const value of values) if (value !== "") query.append(name, value);
    }
    if (place === "header") headers[name] = input.value;
  }
  const body = form.querySelector("[data-body]")?.value || undefined;
  if (body !== undefined) headers["content-type"] = type;
  const asked = query.size ? "?" + query : "";
  output.textContent = "…";
  try {
    const answer = await fetch(target + asked, { method, headers, body });
    const heads = [...answer.headers].map(([name, value]) => name + ": " + value);
    output.textContent = [answer.status + " " + answer.statusText, ...heads, "", await answer.text()].join("\\n");
  } catch (error) {
    output.textContent = String(error);
  }
});
`;
