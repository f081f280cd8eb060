import { expect, it } from "vitest";
import { readCursor, writeCursor } from "@/lib/http/schemas/lists";
import { applySettings } from "@/tests/support/settings";

applySettings({ DATABASE_URL: "postgres://nobody@localhost/none" });

const scope = { list: "records", owner: "cust_1" };

it.each(["1", "9223372036854775807", "2026-11-01T00:00:00Z,topup_1", "ü"])(
  "returns the position %j",
  (position) => {
    expect(readCursor(scope, writeCursor(scope, position))).toBe(position);
  },
);

it("does not contain the name or owner of the list", () => {
  const bytes = Buffer.from(writeCursor(scope, "17"), "base64url").toString("latin1");

  expect(bytes).not.toContain("cust_1");
  expect(bytes).not.toContain("records");
});

it.each([
  ["another list", { ...scope, list: "topups" }],
  ["another customer", { ...scope, owner: "cust_2" }],
  ["names that concatenate to the same text", { list: "recordscust", owner: "_1" }],
])("is rejected by %s", (_what, other) => {
  expect(() => readCursor(other, writeCursor(scope, "17"))).toThrow("cursor: ");
});

it("is rejected when any character was changed", () => {
  const cursor = writeCursor(scope, "1700");

  for (let index = 0; index < cursor.length; index++) {
    const changed = cursor[index] === "A" ? "B" : "A";
    expect(() => readCursor(scope, cursor.slice(0, index) + changed + cursor.slice(index + 1))).toThrow(
      "cursor: ",
    );
  }
});

it.each([
  ["nothing", ""],
  ["one character", "A"],
  ["a signature without a position", Buffer.alloc(16).toString("base64url")],
  ["a number", "17"],
  ["characters that are not base64url", "§§§"],
  ["padding", `${writeCursor(scope, "17")}=`],
  ["a space at the end", `${writeCursor(scope, "17")} `],
  ["truncated", writeCursor(scope, "17").slice(0, -1)],
])("is rejected when it is %s", (_what, cursor) => {
  expect(() => readCursor(scope, cursor)).toThrow("cursor: ");
});
