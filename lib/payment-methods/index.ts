export { chooseDefaultCard } from "./choose-default-card";
export {
  CARD_EXPIRIES,
  type CardExpiry,
  readExpiringCardMail,
  sweepExpiringCards,
} from "./expiring-cards";
export { readCardNames } from "./find-card";
export { forgetDeletedCustomer } from "./forget-deleted-customer";
export { listCardPage, listCards, type SavedCard } from "./list-cards";
export { claimCards, mirrorCards, StaleCardsSignal } from "./mirror-cards";
export { readCardName } from "./name-card";
export { removeCard } from "./remove-card";
export { copyCardAddress, findCardOwner, markDetached, saveCard, storeCard } from "./save-card";
