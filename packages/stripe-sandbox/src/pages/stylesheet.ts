/** Styles of every page: one accent on neutral grays, 8-pixel spacing, 44-pixel targets. */
export const stylesheet = `
:root {
  --page: #f7f7f5; --card: #fff; --text: #1c1c1a; --soft: #5d5d58; --line: #d9d9d4; --field: #8a8a84;
  --accent: #3d4ed8; --on-accent: #fff; --bad: #b3261e; --bad-soft: #fdf0ef; --band: #fff3cf; --on-band: #54430a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #161615; --card: #1f1f1e; --text: #ecece8; --soft: #a9a9a2; --line: #373735; --field: #7c7c76;
    --accent: #9aa6ff; --on-accent: #10122e; --bad: #ff9d94; --bad-soft: #35201e; --band: #3a3010; --on-band: #f6dd94;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
p, h1, h2, dl, dd, fieldset, ul { margin: 0; padding: 0; }
a { color: var(--accent); text-underline-offset: 3px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.banner { background: var(--band); color: var(--on-band); padding: 8px 24px; text-align: center; font-size: 14px; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 24px 64px; }
main.narrow { max-width: 560px; }
.columns { display: grid; gap: 32px; }
@media (min-width: 880px) {
  .columns { grid-template: auto 1fr / minmax(0, 5fr) minmax(0, 6fr); gap: 24px 72px; padding-top: 32px; }
  .columns > .panel { grid-area: 1 / 2 / 3 / 3; align-self: start; }
}
.back { display: inline-flex; align-items: center; min-height: 44px; color: var(--soft); text-decoration: none; }
.back:hover { color: var(--text); text-decoration: underline; }
.summary h1 { font-size: 16px; font-weight: 500; color: var(--soft); }
.summary h1.title { font-size: 28px; line-height: 1.3; font-weight: 600; color: var(--text); letter-spacing: -0.01em; }
.summary .secondary { margin-top: 16px; }
main > h2 { margin-top: 32px; }
.amount { font-size: 44px; line-height: 1.2; font-weight: 600; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; margin: 4px 0 24px; }
.amount small { font-size: 16px; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.lines { font-variant-numeric: tabular-nums; }
.lines > div { display: flex; justify-content: space-between; gap: 16px; padding: 8px 0; }
.lines dd { white-space: nowrap; }
.lines dd.words { white-space: normal; text-align: right; color: var(--soft); }
.lines .sum { border-top: 1px solid var(--line); margin-top: 8px; padding-top: 16px; font-weight: 600; }
.soft { color: var(--soft); font-size: 14px; }
.panel { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 24px; }
@media (max-width: 480px) { main { padding: 16px 16px 48px; } .panel { padding: 16px; } .amount { margin-bottom: 16px; } }
fieldset { border: 0; min-width: 0; margin-bottom: 24px; }
legend, h2 { font-size: 18px; font-weight: 600; padding: 0; margin-bottom: 12px; }
.field { margin-bottom: 16px; min-width: 0; }
label { display: block; font-size: 14px; margin-bottom: 4px; }
input:not([type=radio]):not([type=checkbox]), select {
  width: 100%; min-height: 44px; padding: 8px 12px; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--field); border-radius: 8px;
}
[aria-invalid=true] { border-color: var(--bad) !important; }
.field input[readonly]:not([type=radio]):not([type=checkbox]) { background: var(--page); color: var(--soft); }
.error { color: var(--bad); font-size: 14px; margin-top: 4px; }
.alert { color: var(--bad); background: var(--bad-soft); border: 1px solid currentColor; border-radius: 8px; padding: 12px 16px; margin-bottom: 16px; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 16px; align-items: start; }
.choice { display: flex; gap: 12px; align-items: flex-start; min-height: 44px; padding: 8px 0; font-size: 16px; margin: 0; }
.choice input { width: 20px; height: 20px; margin: 2px 0 0; accent-color: var(--accent); flex: none; }
button { font: inherit; min-height: 44px; border-radius: 8px; cursor: pointer; }
.primary { width: 100%; min-height: 52px; border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; font-size: 17px; }
.secondary { border: 1px solid var(--field); background: none; color: inherit; padding: 0 16px; }
.secondary.wide { width: 100%; margin-top: 12px; }
.secondary[aria-pressed=true] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); font-weight: 600; }
.currencies { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 12px; }
.currencies + p { margin-bottom: 12px; }
.heading { font-size: 22px; line-height: 1.3; margin-bottom: 8px; }
.panel > .lines { margin: 16px 0 24px; }
.default-action { position: absolute; width: 1px; height: 1px; min-height: 0; overflow: hidden; clip-path: inset(50%); border: 0; padding: 0; }
.consent { margin: 16px 0; }
.test-cards ul { list-style: none; display: grid; gap: 4px; margin-top: 8px; }
.test-cards summary { min-height: 44px; display: flex; align-items: center; cursor: pointer; font-weight: 600; }
.test-cards summary::before { content: "▸"; margin-right: 8px; }
.test-cards[open] summary::before { content: "▾"; }
.test-cards button { width: 100%; display: flex; justify-content: space-between; gap: 0 16px; align-items: center; border: 1px solid transparent; background: none; color: inherit; text-align: left; padding: 4px 8px; margin-left: -8px; width: calc(100% + 16px); }
.test-cards button .soft { text-align: right; }
@media (max-width: 480px) { .test-cards button { flex-direction: column; align-items: flex-start; } .test-cards button .soft { text-align: left; } }
.test-cards button:hover { border-color: var(--line); background: var(--page); }
code, .number { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 14px; white-space: nowrap; }
.message { text-align: center; padding: 48px 24px; }
.message h1 { font-size: 24px; margin-bottom: 8px; }
.message p { margin-bottom: 24px; }
.message .button { display: inline-flex; align-items: center; min-height: 44px; padding: 0 24px; border-radius: 8px; background: var(--accent); color: var(--on-accent); text-decoration: none; font-weight: 600; }
.scroll { overflow-x: auto; margin: 8px 0 32px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 8px 16px 8px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
@media (prefers-reduced-motion: no-preference) { button, .button { transition: filter 120ms; } .primary:hover { filter: brightness(1.08); } }
`;

/** Styles of invoices, receipts and the portal, in addition to the common ones. */
export const documentStyles = `
main > h1 { font-size: 28px; line-height: 1.3; letter-spacing: -0.01em; margin-bottom: 16px; }
.document { margin-bottom: 24px; }
.document h1 { font-size: 28px; line-height: 1.3; letter-spacing: -0.01em; margin-bottom: 4px; }
.document h2 { margin: 24px 0 8px; }
.state { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 12px; font-size: 14px; }
.state.paid { color: var(--good, #1d6b3a); }
.state.void, .state.uncollectible { color: var(--soft); }
@media (prefers-color-scheme: dark) { .state.paid { color: #8fd6a8; } }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 4px 24px; margin: 16px 0; }
.facts dt { color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.links { display: flex; flex-wrap: wrap; gap: 8px 24px; }
.links a { display: inline-flex; align-items: center; min-height: 44px; }
.entry { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; padding: 8px 0; border-bottom: 1px solid var(--line); }
.entry form { display: inline; }
.entry .buttons { display: flex; gap: 8px; }
.entry.invoice { display: block; padding: 12px 0; }
.entry.invoice p { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; justify-content: space-between; }
.entry.invoice p + p { margin-top: 4px; }
.entry.invoice a, .entry.invoice span { white-space: nowrap; font-variant-numeric: tabular-nums; }
.sections summary { min-height: 44px; display: flex; align-items: center; cursor: pointer; font-weight: 600; }
.sections summary::before { content: "▸"; margin-right: 8px; }
.sections details[open] > summary::before { content: "▾"; }
.sections { display: grid; gap: 24px; }
.sections .panel > h2 { margin-top: 0; }
.notice { border: 1px solid currentColor; border-radius: 8px; padding: 12px 16px; margin-bottom: 16px; }
@media print { .banner, .links, form { display: none; } }
`;
