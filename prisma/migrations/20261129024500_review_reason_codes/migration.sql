-- Written by hand: Prisma cannot express a CHECK.

-- The reason for a review was an English sentence. It is a code now, because code compares it.
UPDATE topup_intent SET review_reason = CASE
  WHEN review_reason LIKE 'The session needed no payment%' THEN 'no_payment_required'
  WHEN review_reason LIKE 'The session is not a payment%' THEN 'session_mode_mismatch'
  WHEN review_reason LIKE 'The session names another top-up%' THEN 'topup_mismatch'
  WHEN review_reason LIKE 'The session belongs to another customer%' THEN 'customer_mismatch'
  WHEN review_reason LIKE 'The session is in %' THEN 'currency_mismatch'
  WHEN review_reason LIKE 'The session''s subtotal is %' THEN 'amount_mismatch'
  WHEN review_reason LIKE 'The session has a discount%' THEN 'discounted'
  WHEN review_reason LIKE 'The session''s total is %' THEN 'total_mismatch'
  WHEN review_reason LIKE 'The session has no paid payment%' THEN 'payment_incomplete'
  WHEN review_reason LIKE 'The payment is in %' THEN 'payment_currency_mismatch'
  WHEN review_reason LIKE 'The payment received %' THEN 'received_mismatch'
END
WHERE review_reason IS NOT NULL;

ALTER TABLE topup_intent ADD CONSTRAINT topup_intent_review_reason CHECK (review_reason IN (
  'no_payment_required', 'session_mode_mismatch', 'topup_mismatch', 'customer_mismatch', 'currency_mismatch',
  'amount_mismatch', 'discounted', 'total_mismatch', 'payment_incomplete', 'payment_currency_mismatch',
  'received_mismatch'
));
