export { listCards, type SavedCard } from "./list-cards";
export { findCardOwner, markDetached, settleCardAtStripe, storeCard } from "./save-card";
