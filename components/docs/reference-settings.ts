import type { createApiReference } from "@scalar/api-reference";

/** How Scalar shows the document. It asks nobody but us: no fonts, no telemetry, no assistant of its makers. */
export const REFERENCE_SETTINGS: Parameters<typeof createApiReference>[1] = {
  url: "/api/v1/openapi.json",
  // Only the samples of the document: they use our own client, and tests run each of them.
  hiddenClients: true,
  hideTestRequestButton: true,
  hideClientButton: true,
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  documentDownloadType: "direct",
  theme: "none",
  hideDarkModeToggle: true,
  hideModels: true,
  defaultOpenAllTags: true,
  generateOperationSlug: ({ operationId, path, method }) => operationId ?? `${method}${path}`,
  setPageTitle: ({ title, document }) => `${title === document.title ? "API reference" : title} · Brim`,
};
