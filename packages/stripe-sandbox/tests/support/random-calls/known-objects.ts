import type { Dice } from "./dice";

/** IDs seen in responses, by object type. */
export class KnownObjects {
  readonly #ids = new Map<string, string[]>();

  /** Records every object in a response. */
  learn(answer: unknown): void {
    if (Array.isArray(answer)) for (const item of answer) this.learn(item);
    else if (typeof answer === "object" && answer !== null) {
      const { id, object } = answer as { id?: unknown; object?: unknown };
      if (typeof id === "string" && typeof object === "string") this.#remember(object, id);
      for (const value of Object.values(answer)) this.learn(value);
    }
  }

  #remember(type: string, id: string): void {
    const ids = this.#ids.get(type) ?? [];
    if (!ids.includes(id)) ids.push(id);
    this.#ids.set(type, ids);
  }

  /** Returns an ID of this type, mostly a recent one; sometimes one of another type, or an unknown one. */
  some(dice: Dice, type: string): string {
    if (dice.chance(0.03)) return `${type.slice(0, 4)}_nothing`;
    const ids = this.#ids.get(dice.chance(0.03) ? dice.pick(this.types) : type);
    if (!ids || ids.length === 0) return `${type.slice(0, 4)}_nothing`;
    return dice.chance(0.7) ? dice.pick(ids.slice(-8)) : dice.pick(ids);
  }

  get types(): string[] {
    return this.#ids.size === 0 ? ["customer"] : [...this.#ids.keys()];
  }
}
