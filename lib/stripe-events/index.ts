export { HANDLERS } from "./handlers";
export { type ReceivedAs, receiveDelivery, retryFailedEvents } from "./receive-event";
