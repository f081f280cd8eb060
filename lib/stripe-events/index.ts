export { HANDLERS } from "./handlers";
export { RECEIVED_AS, type ReceivedAs, receiveDelivery, retryFailedEvents } from "./receive-event";
