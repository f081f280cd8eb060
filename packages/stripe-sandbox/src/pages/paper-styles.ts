/** What invoices, receipts and the portal need beyond the common styles. */
export const paperStyles = `
main > h1 { font-size: 28px; line-height: 1.3; letter-spacing: -0.01em; margin-bottom: 16px; }
.paper { margin-bottom: 24px; }
.paper h1 { font-size: 28px; line-height: 1.3; letter-spacing: -0.01em; margin-bottom: 4px; }
.paper h2 { margin: 24px 0 8px; }
.state { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 12px; font-size: 14px; }
.state.paid { color: var(--good, #1d6b3a); }
.state.void, .state.uncollectible { color: var(--soft); }
@media (prefers-color-scheme: dark) { .state.paid { color: #8fd6a8; } }
.facts { display: grid; grid-template-columns: auto 1fr; gap: 4px 24px; margin: 16px 0; }
.facts dt { color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.ways { display: flex; flex-wrap: wrap; gap: 8px 24px; }
.ways a { display: inline-flex; align-items: center; min-height: 44px; }
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
@media print { .banner, .ways, form { display: none; } }
`;
