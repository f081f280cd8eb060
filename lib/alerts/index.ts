export { type Alert, type AlertStatus, listAlerts, readAlert } from "./list-alerts";
export {
  listRefundTasks,
  REFUND_TASK_STATUSES,
  type RefundTask,
  type RefundTaskStatus,
} from "./list-refund-tasks";
export { resolveAlert } from "./resolve-alert";
