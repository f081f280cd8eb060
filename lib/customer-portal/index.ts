export { PortalRefusedError } from "./errors";
export { openPortal } from "./open-portal";
