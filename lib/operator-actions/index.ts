export { listActions } from "./list-actions";
export { actOnce, type OperatorAction, type OperatorVerb, recordAction } from "./record-action";
