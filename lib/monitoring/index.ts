export { METRICS_TYPE, metricsText, noteRequest } from "./metrics";
export { readServiceState, type ServiceState } from "./service-state";
