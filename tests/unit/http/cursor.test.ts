import { expect, it } from "vitest";
import { readCursor, writeCursor } from "@/lib/http/lists/cursor";
import { applySettings } from "@/tests/support/settings";

applySettings({ DATABASE_URL: "postgres://nobody@localhost/none" });

const of = { list: "records", owner: "cust_1" };

it.each(["1", "9223372036854775807", "2026-11-01T00:00:00Z,topup_1", "ü"])(
  "gives the position %j back",
  (position) => {
    expect(readCursor(of, writeCursor(of, position))).toBe(position);
  },
);

it("does not show in plain text whose list it is of", () => {
  const bytes = Buffer.from(writeCursor(of, "17"), "base64url").toString("latin1");

  expect(bytes).not.toContain("cust_1");
  expect(bytes).not.toContain("records");
});

it.each([
  ["another list", { ...of, list: "topups" }],
  ["another customer", { ...of, owner: "cust_2" }],
  ["names that join to the same text", { list: "recordscust", owner: "_1" }],
])("is refused by %s", (_what, other) => {
  expect(() => readCursor(other, writeCursor(of, "17"))).toThrow("cursor: ");
});

it("is refused when any one character of it is another", () => {
  const cursor = writeCursor(of, "1700");

  for (let index = 0; index < cursor.length; index++) {
    const changed = cursor[index] === "A" ? "B" : "A";
    expect(() => readCursor(of, cursor.slice(0, index) + changed + cursor.slice(index + 1))).toThrow(
      "cursor: ",
    );
  }
});

it.each([
  ["nothing", ""],
  ["one character", "A"],
  ["a signature without a position", Buffer.alloc(16).toString("base64url")],
  ["a number", "17"],
  ["other letters", "§§§"],
  ["padding", `${writeCursor(of, "17")}=`],
  ["a space at the end", `${writeCursor(of, "17")} `],
  ["a cut end", writeCursor(of, "17").slice(0, -1)],
])("is refused when it is %s", (_what, cursor) => {
  expect(() => readCursor(of, cursor)).toThrow("cursor: ");
});
