export { addNotice, type Notice, type NoticeKind } from "./add-notice";
