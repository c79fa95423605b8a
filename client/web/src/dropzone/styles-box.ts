/** The look of the box. The system's colors follow `color-scheme` of the page: light, dark or forced. */

export const BOX_STYLES = `
:host {
  --accent: var(--dropzone-accent, color-mix(in oklab, #3a63f3 76%, CanvasText));
  --on-accent: var(--dropzone-on-accent, Canvas);
  --surface: var(--dropzone-surface, Canvas);
  --text: var(--dropzone-text, CanvasText);
  --muted: var(--dropzone-muted, color-mix(in oklab, var(--text) 68%, var(--surface)));
  --border: var(--dropzone-border, color-mix(in oklab, var(--text) 16%, var(--surface)));
  --success: var(--dropzone-success, color-mix(in oklab, #12854a 78%, CanvasText));
  --danger: var(--dropzone-danger, color-mix(in oklab, #d92d20 80%, CanvasText));
  --radius: var(--dropzone-radius, 14px);
  --tint: color-mix(in oklab, var(--accent) 11%, var(--surface));
  display: block;
  color: var(--text);
  font: var(--dropzone-font, 400 0.9375rem/1.4 system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", sans-serif);
  -webkit-tap-highlight-color: transparent;
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before { box-sizing: border-box; }
svg {
  display: block;
  width: 1.25em;
  height: 1.25em;
  fill: none;
  stroke: currentColor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
}
button {
  border: 1px solid transparent;
  font: inherit;
  cursor: pointer;
}
button:disabled { cursor: default; opacity: 0.55; }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[part~="box"] {
  display: flex;
  flex-direction: column;
  align-items: center;
  padding: 1.75rem 1.25rem 1.5rem;
  border: 1.5px dashed color-mix(in oklab, var(--text) 30%, var(--surface));
  border-radius: var(--radius);
  background: color-mix(in oklab, var(--accent) 3%, var(--surface));
  text-align: center;
  cursor: pointer;
  transition: background 0.15s, border-color 0.15s, box-shadow 0.15s;
}
[part~="box"]:hover { border-color: var(--accent); }
[data-drag="near"] { border-color: var(--accent); }
[data-drag="over"] {
  border: 1.5px solid var(--accent);
  background: var(--tint);
  box-shadow: 0 0 0 4px color-mix(in oklab, var(--accent) 18%, transparent);
}
[part="symbol"] {
  display: grid;
  place-items: center;
  width: 3rem;
  height: 3rem;
  margin-bottom: 0.75rem;
  border-radius: 50%;
  background: var(--tint);
  color: var(--accent);
  font-size: 1.15rem;
  transition: transform 0.2s, background 0.15s;
}
[data-drag="over"] > [part="symbol"] {
  background: var(--accent);
  color: var(--on-accent);
  transform: translateY(-3px) scale(1.08);
}
[part="title"] { font-weight: 600; font-size: 1.0625em; text-wrap: balance; word-break: keep-all; }
[part="buttons"] { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.5rem; margin-top: 0.875rem; }
[part~="button"] {
  display: inline-flex;
  align-items: center;
  gap: 0.5em;
  min-height: 2.5rem;
  padding: 0 1.125rem;
  border-radius: calc(var(--radius) - 4px);
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
}
[part~="button"]:hover:enabled { background: color-mix(in oklab, var(--accent) 88%, var(--text)); }
[part~="camera"] { display: none; border-color: var(--border); background: var(--surface); color: var(--text); }
[part~="camera"]:hover:enabled { background: var(--tint); }
[part="hint"] { margin-top: 0.75rem; color: var(--muted); font-size: 0.8125rem; }
[data-disabled="true"] { border-color: var(--border); background: none; cursor: default; }
[data-disabled="true"] > [part="symbol"] { filter: grayscale(1); opacity: 0.55; }
[data-disabled="true"] > [part="title"] { color: var(--muted); }
[role="status"] {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (pointer: coarse) {
  [part~="camera"] { display: inline-flex; }
  [part~="button"] { min-height: 2.75rem; }
}
`;
