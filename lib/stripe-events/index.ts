export { type EventList, eventLists } from "./event-lists";
export { findUnstoredEvents } from "./event-store";
export { HANDLERS } from "./handlers";
export { handleEvent, RECEIVED_AS, type ReceivedAs, receiveDelivery } from "./receive-event";
export { retryFailedEvents } from "./retry-failed-events";
