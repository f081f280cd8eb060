import type { createApiReference } from "@scalar/api-reference";

/** Scalar's settings. It makes no third-party requests: no fonts, no telemetry, no assistant. */
export const REFERENCE_SETTINGS: Parameters<typeof createApiReference>[1] = {
  url: "/api/v1/openapi.json",
  // Only the document's own samples, which are tested; Scalar's generated ones are not.
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
