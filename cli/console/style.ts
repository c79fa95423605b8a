/** The style of the console: light and dark, and readable on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --dim: #5b6676; --line: #d6dce5; --card: #fff;
  --page: #f3f5f9; --accent: #1f5fd6; --good: #1a7a43; --bad: #b3261e; --wait: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf2; --dim: #a3aebf; --line: #36404f;
  --card: #1b222c; --page: #11161d; --accent: #86b0ff; --good: #6fd39a; --bad: #ff9a92; --wait: #f0c062; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, "Apple SD Gothic Neo", "Noto Sans KR", "Noto Sans KR Variable", sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding: 1rem 1.5rem;
  background: var(--card); border-bottom: 1px solid var(--line); }
header strong { font-size: 1.1rem; }
header .origin { color: var(--dim); overflow-wrap: anywhere; }
nav { display: flex; gap: 1rem; margin-left: auto; }
a { color: var(--accent); }
nav a[aria-current] { color: var(--ink); text-decoration: none; font-weight: 600; }
main { display: grid; gap: 1.25rem; max-width: 72rem; margin: 1.5rem auto; padding: 0 1rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; min-width: 0; }
h1, h2 { margin: 0 0 .75rem; line-height: 1.25; }
h1 { font-size: 1.35rem; } h2 { font-size: 1.1rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); }
code, .mono { font: .9em/1.4 ui-monospace, SFMono-Regular, Menlo, monospace; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th { text-align: left; color: var(--dim); font-weight: 500; white-space: nowrap; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
form.find { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; }
label { display: grid; gap: .25rem; color: var(--dim); font-size: .9rem; flex: 1 1 14rem; }
input { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--dim);
  border-radius: 8px; padding: .5rem .6rem; width: 100%; }
button { font: inherit; font-weight: 600; color: var(--card); background: var(--accent); border: 0;
  border-radius: 8px; padding: .5rem 1rem; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.status { font-weight: 600; } .status-completed { color: var(--good); } .status-pending { color: var(--wait); }
.status-rejected, .status-expired { color: var(--bad); }
.note { border-left: 4px solid var(--accent); padding-left: .75rem; }
.note.bad { border-color: var(--bad); }
ol.way { list-style: none; margin: 0; padding: 0; }
ol.way li { display: grid; grid-template-columns: 1.5rem 1fr; gap: .75rem; padding-bottom: 1rem; position: relative; }
ol.way li:not(:last-child)::before { content: ""; position: absolute; left: .7rem; top: 1.5rem; bottom: 0;
  border-left: 2px solid var(--line); }
.dot { width: 1.5rem; height: 1.5rem; border-radius: 50%; border: 2px solid currentColor; display: grid;
  place-items: center; font-size: .8rem; font-weight: 700; color: var(--dim); }
.dot.good { color: var(--good); } .dot.bad { color: var(--bad); } .dot.wait { color: var(--wait); }
.sum { font-size: 2.25rem; font-weight: 700; line-height: 1.2; font-variant-numeric: tabular-nums; }
.state { font-weight: 600; } .state.good { color: var(--good); } .state.bad { color: var(--bad); }
ul.checks { list-style: none; margin: .75rem 0; padding: 0; display: grid; gap: .5rem 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); }
ul.checks li { display: grid; grid-template-columns: 1.5rem 1fr auto; gap: .75rem; align-items: start; }
dl.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .75rem 0 0; }
dt { color: var(--dim); font-size: .9rem; } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
td svg { min-width: 8rem; } td.number, th.number { padding-right: 1.25rem; } th { text-transform: lowercase; }
section section { border: 0; padding: 0; }
svg text { fill: var(--dim); font: 11px system-ui, sans-serif; }
svg .bar { fill: var(--accent); } svg .full { fill: var(--bad); } svg .track { fill: var(--line); } svg .axis { stroke: var(--line); }
.quotas { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
`;
