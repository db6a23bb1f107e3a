/** Style of the page of a comparison, for light and dark backgrounds. */
export const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif;
  --line: light-dark(#d1d9e0, #3d444d); --head: light-dark(#f6f8fa, #151b23);
  --gone: light-dark(#ffebe9, #3c1618); --new: light-dark(#dafbe1, #12361b);
  --dim: light-dark(#59636e, #9198a1); }
body { margin: 1.5rem; color: light-dark(#1f2328, #e6edf3); background: light-dark(#fff, #0d1117); }
h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; border: 1px solid var(--line); }
thead th { position: sticky; top: 0; }
th, td { width: 50%; padding: 0 .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { padding: .4rem .6rem; background: var(--head); border: 1px solid var(--line); }
td + td { border-left: 1px solid var(--line); }
td { font: 12px/1.5 ui-monospace, monospace; white-space: pre-wrap; }
tbody tr:last-child td { padding-bottom: .4rem; }
.kind { color: var(--dim); font-weight: normal; }
.gone { background: var(--gone); }
.new { background: var(--new); }
.dim { color: var(--dim); text-align: center; }
@media print { thead th { position: static; } }`;
