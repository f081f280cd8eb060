export { chooseDefaultCard } from "./choose-default-card";
export { listCards, type SavedCard } from "./list-cards";
export { claimCards, mirrorCards, StaleCardsSignal } from "./mirror-cards";
export { removeCard } from "./remove-card";
export { findCardOwner, markDetached, settleCardAtStripe, storeCard } from "./save-card";
