export { METRICS_TYPE, metricsText, noteRequest } from "./metrics";
export { readReadiness } from "./readiness";
export { readServiceState, type ServiceState } from "./service-state";
