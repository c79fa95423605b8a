/** The look of the files, and of all of the dropzone for people who set colors or motion themselves. */

export const LIST_STYLES = `
[part="uploads"]:not(:has(> :not([hidden]))) { display: none; }
[part="uploads"] { margin-top: 0.75rem; }
[part="summary"] {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 0.5rem;
  min-height: 2rem;
  padding: 0 0.25rem 0.5rem 0.25rem;
}
[part="totals"] { flex: 1 1 12rem; color: var(--muted); font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
[part="all"] {
  min-height: 1.875rem;
  padding: 0 0.625rem;
  border-radius: 8px;
  background: var(--tint);
  color: var(--accent);
  font-weight: 600;
  font-size: 0.8125rem;
}
[part="list"] {
  margin: 0;
  padding: 0;
  border: 1px solid var(--border);
  border-radius: var(--radius);
  background: var(--surface);
  list-style: none;
}
[part~="row"] {
  display: flex;
  align-items: center;
  gap: 0.125rem;
  padding: 0.625rem 0.5rem 0.625rem 0.75rem;
}
[part~="row"] + [part~="row"] { border-top: 1px solid var(--border); }
[part="tile"] {
  display: grid;
  flex: none;
  place-items: center;
  overflow: hidden;
  width: 2.5rem;
  height: 2.5rem;
  margin-inline-end: 0.625rem;
  border-radius: 9px;
  background: color-mix(in oklab, var(--text) 7%, var(--surface));
  color: var(--muted);
}
[part="tile"] canvas { width: 100%; height: 100%; }
[part="text"] { flex: 1; min-width: 0; }
[part="name"] { display: block; overflow: hidden; font-weight: 500; text-overflow: ellipsis; white-space: nowrap; }
[part="state"] {
  display: flex;
  align-items: center;
  gap: 0.3rem;
  color: var(--muted);
  font-size: 0.8125rem;
  font-variant-numeric: tabular-nums;
}
[part="icon"] { flex: none; }
[data-state="sending"] [part="icon"] { color: var(--accent); }
[part~="completed"] [part="icon"] { color: var(--success); }
[part~="failed"] [part="state"] { color: var(--danger); }
[part="progress"] {
  display: block;
  overflow: hidden;
  width: 100%;
  height: 4px;
  margin-top: 0.375rem;
  border: 0;
  border-radius: 2px;
  background: color-mix(in oklab, var(--text) 10%, var(--surface));
  appearance: none;
}
progress::-webkit-progress-bar { background: none; }
progress::-webkit-progress-value { border-radius: 2px; background: var(--accent); transition: inline-size 0.2s; }
progress::-moz-progress-bar { border-radius: 2px; background: var(--accent); }
[part~="paused"] progress { filter: grayscale(1); opacity: 0.6; }
[part="action"] {
  display: grid;
  flex: none;
  place-items: center;
  width: 2.25rem;
  height: 2.25rem;
  padding: 0;
  border-radius: 9px;
  background: none;
  color: var(--muted);
}
[part="action"]:hover:enabled { background: color-mix(in oklab, var(--text) 8%, var(--surface)); color: var(--text); }
[part~="preparing"] [part="icon"], [part~="completing"] [part="icon"] { animation: pulse 1.2s ease-in-out infinite alternate; }
@keyframes pulse { to { opacity: 0.35; } }
@media (pointer: coarse) {
  [part="action"] { width: 2.75rem; height: 2.75rem; }
  [part="all"] { min-height: 2.5rem; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::-webkit-progress-value { animation: none !important; transition: none !important; }
  [data-drag="over"] > [part="symbol"] { transform: none; }
}
@media (forced-colors: active) {
  [data-drag="over"], [data-drag="near"] { border-color: Highlight; }
  button { border-color: ButtonBorder; background: ButtonFace; color: ButtonText; }
  [part="symbol"] { color: CanvasText !important; }
  [part="progress"] { height: 8px; border: 1px solid CanvasText; }
  progress::-webkit-progress-value { background: Highlight; forced-color-adjust: none; }
  progress::-moz-progress-bar { background: Highlight; forced-color-adjust: none; }
  [part="tile"] { border: 1px solid CanvasText; }
}
`;
