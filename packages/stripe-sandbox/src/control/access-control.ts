import { Hono } from "hono";
import { z } from "zod";
import { RATE_LIMITS, type RateLimitMode, type RateLimits } from "../api/call-meter";
import { PERMISSIONS } from "../api/permissions";
import type { Runtime } from "../runtime";
import { type ControlEnv, readJson } from "./control-request";

/** `/_control`: rate limits, the count of API calls, and the permissions of the key. */
export function createAccessControl(runtime: Runtime): Hono<ControlEnv> {
  const control = new Hono<ControlEnv>();
  control.get("/calls", (c) => c.json(runtime.calls.report()));
  control.delete("/calls", (c) => {
    runtime.calls.reset();
    return c.json(runtime.calls.report());
  });
  control.post("/rate_limits", async (c) => {
    const { mode, per_endpoint: perEndpoint, total } = rateLimitInput.parse(await readJson(c));
    const limits: RateLimits = {
      per_endpoint: perEndpoint === undefined ? RATE_LIMITS[mode].per_endpoint : perEndpoint,
      total: total === undefined ? RATE_LIMITS[mode].total : total,
    };
    runtime.calls.setLimits(limits);
    return c.json(limits);
  });
  control.get("/permissions", (c) => c.json({ withheld: [...runtime.withheldPermissions] }));
  control.post("/permissions", async (c) => {
    const { withhold } = permissionInput.parse(await readJson(c));
    for (const permission of [withhold].flat()) runtime.withheldPermissions.add(permission);
    return c.json({ withheld: [...runtime.withheldPermissions] });
  });
  control.delete("/permissions", (c) => {
    runtime.withheldPermissions.clear();
    return c.json({ withheld: [] });
  });
  return control;
}

const rateLimitInput = z.strictObject({
  mode: z.enum(Object.keys(RATE_LIMITS) as RateLimitMode[]),
  /** Calls in a second; overrides the mode's. */
  per_endpoint: z.int().min(1).nullable().optional(),
  total: z.int().min(1).nullable().optional(),
});

const permission = z.enum(PERMISSIONS);

const permissionInput = z.strictObject({ withhold: z.union([permission, z.array(permission)]) });
