export { METRICS_TYPE, metricsText, recordRequestMetric } from "./metrics";
export { readReadiness } from "./readiness";
export { readServiceState, type ServiceState } from "./service-state";
