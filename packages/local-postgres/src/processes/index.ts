export { FolderInUseError, type FolderLock, lockFolder } from "./folder-lock";
export { identifyProcess, isSameProcess, type ProcessIdentity, waitUntilGone } from "./identity";
