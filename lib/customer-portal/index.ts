export { openPortal } from "./open-portal";
