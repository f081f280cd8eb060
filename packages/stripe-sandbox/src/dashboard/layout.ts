import { html } from "hono/html";
import { layout, type Markup } from "../pages/layout";

const SECTIONS = [
  ["/", "Overview"],
  ["/dashboard/objects", "Objects"],
  ["/dashboard/events", "Events"],
  ["/dashboard/deliveries", "Deliveries"],
  ["/dashboard/controls", "Controls"],
  ["/dashboard/cards", "Test cards"],
] as const;

/**
 * A page of the dashboard.
 *
 * @param here the section it belongs to
 * @param notice what was just done, after a redirect from a button
 */
export function dashboardPage(title: string, here: string, content: Markup, notice?: string): string {
  return layout(
    title,
    html`<nav class="sections" aria-label="Sandbox"><ul>${SECTIONS.map(
      ([href, label]) =>
        html`<li><a href="${href}"${href === here && html` aria-current="page"`}>${label}</a></li>`,
    )}</ul></nav>
<main class="dashboard">${notice && html`<p class="notice" role="status">${notice}</p>`}
${content}</main>`,
    stylesheet,
  );
}

/** Styles of the dashboard, in addition to the common ones. */
const stylesheet = `
.sections { border-bottom: 1px solid var(--line); background: var(--card); }
.sections ul { list-style: none; max-width: 1040px; margin: 0 auto; padding: 0 16px; display: flex; gap: 0 8px; overflow-x: auto; }
.sections a { display: flex; align-items: center; min-height: 44px; padding: 0 8px; color: var(--soft); text-decoration: none; white-space: nowrap; border-bottom: 2px solid transparent; }
.sections a:hover { color: var(--text); }
.sections [aria-current] { color: var(--text); font-weight: 600; border-color: var(--accent); }
.dashboard h1 { font-size: 28px; line-height: 1.3; letter-spacing: -0.01em; margin-bottom: 4px; overflow-wrap: anywhere; }
.dashboard h2 { margin: 32px 0 8px; }
.dashboard .scroll { margin: 0 0 8px; }
.dashboard .none { padding: 8px 0; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 16px 0; font-size: 14px; }
.facts dt { color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.dashboard .soft code { white-space: normal; overflow-wrap: anywhere; }
.notice { border: 1px solid var(--line); border-left: 4px solid var(--accent); background: var(--card); border-radius: 8px; padding: 12px 16px; margin-bottom: 24px; }
.json { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 0; overflow-x: auto; font: 13px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.types { list-style: none; display: flex; flex-wrap: wrap; gap: 8px; }
.types a { display: inline-flex; gap: 8px; align-items: center; min-height: 44px; padding: 0 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; text-decoration: none; font-size: 14px; }
.types a:hover { border-color: var(--field); }
.types .soft { font-variant-numeric: tabular-nums; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 16px 0; }
.actions .secondary, .control .secondary { background: var(--card); font-size: 14px; }
.actions a.secondary { display: inline-flex; align-items: center; min-height: 44px; border-radius: 8px; text-decoration: none; }
.tiles { display: grid; gap: 16px; align-items: start; grid-template-columns: repeat(auto-fill, minmax(min(100%, 310px), 1fr)); }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 16px; }
.tile h3 { font-size: 16px; margin: 0 0 4px; }
.tile .soft { margin-bottom: 12px; }
.tile .control { display: grid; gap: 12px; margin: 0; }
.tile .control + .control { margin-top: 12px; }
.tile label { margin: 0; }
.more { display: inline-flex; align-items: center; min-height: 44px; font-size: 14px; }
`;
