import { describe, expect, it } from "vitest";
import { chargeBody } from "@/lib/http/charges";
import { holdBody } from "@/lib/http/holds";
import { descriptionInput, idempotencyKeyInput, metadataInput } from "@/lib/http/schemas/request-fields";

const FIELDS = {
  description: descriptionInput,
  idempotencyKey: idempotencyKeyInput,
  metadata: metadataInput,
};
const long = (length: number) => "x".repeat(length);

describe("the error messages of request fields", () => {
  it.each<[keyof typeof FIELDS, string, unknown, string]>([
    ["description", "a number", 5, "Write the description as a string."],
    ["description", "501 characters", long(501), "The description may have at most 500 characters."],
    ["idempotencyKey", "a number", 5, "Write the key as a string."],
    ["idempotencyKey", "nothing", "", "The key must not be empty."],
    ["idempotencyKey", "256 characters", long(256), "The key may have at most 255 characters."],
    ["idempotencyKey", "a space", "a b", "Use visible ASCII characters without spaces."],
    ["metadata", "a list", [], 'Send an object of strings, such as { "model": "small" }.'],
    ["metadata", "a number in it", { a: 5 }, "Every value must be a string."],
    ["metadata", "a value of 501 characters", { a: long(501) }, "A value may have at most 500 characters."],
    ["metadata", "a name of 41 characters", { [long(41)]: "a" }, "A name may have at most 40 characters."],
  ])("%s, %s", (field, _what, input, message) => {
    const { error } = FIELDS[field].safeParse(input);

    expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
  });

  it("name an empty key and a hold of zero seconds only once", () => {
    const charge = chargeBody.safeParse({ amount_usd: "1", idempotency_key: "" });
    const hold = holdBody.safeParse({ amount_usd: "1", idempotency_key: "a", expires_in_seconds: 0 });

    expect(charge.error?.issues).toMatchObject([{ message: "The key must not be empty." }]);
    expect(hold.error?.issues).toMatchObject([{ message: "A hold must last at least one second." }]);
  });
});
